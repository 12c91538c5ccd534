#include "lib/dns/message.h"

#include <algorithm>
#include <utility>

#include "lib/dns/message_reader.h"
#include "lib/dns/rdata.h"

namespace nave::dns {
namespace {

constexpr size_t kFlagsOffset = 2;
constexpr size_t kQuestionCountOffset = 4;
constexpr uint16_t kTcFlag = 0x0200;

// Keeps all of it.
class MessageMaker final : public MessageSink {
 public:
  explicit MessageMaker(Message* message) : message_(message) {}

  void OnQuestion(const Question& question) override { message_->questions.push_back(question); }
  void OnRecord(Section section, const RecordView& record) override {
    std::vector<ResourceRecord>& records = section == Section::kAnswer      ? message_->answers
                                           : section == Section::kAuthority ? message_->authorities
                                                                            : message_->additionals;
    records.push_back(
        {record.owner, record.type, record.rrclass, record.ttl, std::string(record.rdata)});
  }
  void OnEdns(Edns edns) override { message_->edns = std::move(edns); }

 private:
  Message* const message_;
};

bool SameRRset(const ResourceRecord& a, const ResourceRecord& b) {
  return a.type == b.type && a.rrclass == b.rrclass && a.owner == b.owner;
}

// Writes whole RRsets until one does not fit; false then. `*count` is how many records were
// written.
bool WriteSection(const std::vector<ResourceRecord>& section, WireWriter* writer, size_t* count) {
  size_t at = 0;
  *count = 0;
  while (at < section.size()) {
    const WireWriter::Mark mark = writer->mark();
    size_t end = at;
    while (end < section.size() && SameRRset(section[at], section[end])) {
      WriteRecord(section[end++], writer);
    }
    if (writer->full()) {
      writer->RollBack(mark);
      return false;
    }
    *count = at = end;
  }
  return true;
}

}  // namespace

Rcode Message::FullRcode() const {
  const int upper = edns.has_value() ? edns->extended_rcode << 4 : 0;
  return static_cast<Rcode>(upper | static_cast<int>(header.rcode));
}

void Message::SetRcode(Rcode rcode) {
  header.rcode = static_cast<Rcode>(static_cast<int>(rcode) & 0xF);
  if (edns.has_value()) edns->extended_rcode = static_cast<int>(rcode) >> 4;
}

ResourceRecord ReadRecord(WireReader* reader) {
  const Name owner = reader->ReadName();
  std::string buffer;
  const RecordView record = ReadRecordBehind(owner, reader, &buffer);
  return {owner, record.type, record.rrclass, record.ttl, std::string(record.rdata)};
}

WireError ParseMessage(absl::Span<const uint8_t> wire, Message* message) {
  *message = Message();
  MessageMaker maker(message);
  return ReadMessage(wire, &message->header, &maker);
}

WireError ParseMessage(absl::string_view wire, Message* message) {
  return ParseMessage(ToOctets(wire), message);
}

void WriteQuestion(const Question& question, WireWriter* writer) {
  writer->WriteName(question.name);
  writer->WriteU16(static_cast<uint16_t>(question.type));
  writer->WriteU16(static_cast<uint16_t>(question.rrclass));
}

void WriteRecord(const Name& owner, RRType type, RRClass rrclass, uint32_t ttl,
                 absl::string_view rdata, WireWriter* writer) {
  writer->WriteName(owner);
  writer->WriteU16(static_cast<uint16_t>(type));
  writer->WriteU16(static_cast<uint16_t>(rrclass));
  writer->WriteU32(ttl);
  const size_t length_at = writer->size();
  writer->WriteU16(0);
  if (rdata.size() > kMaxRdataSize) rdata = rdata.substr(0, kMaxRdataSize);
  WriteRdata(type, rdata, writer);
  if (!writer->full()) writer->PatchU16(length_at, writer->size() - length_at - 2);
}

void WriteRecord(const ResourceRecord& record, WireWriter* writer) {
  WriteRecord(record.owner, record.type, record.rrclass, record.ttl, record.rdata, writer);
}

bool WriteMessage(const Message& message, WireWriter* writer) {
  WriteHeader(message.header, writer);
  for (const Question& question : message.questions) WriteQuestion(question, writer);
  const size_t opt_size = message.edns.has_value() ? message.edns->WireSize() : 0;
  if (writer->full() || opt_size > writer->room()) return false;
  const size_t limit = writer->limit();
  writer->set_limit(limit - opt_size);

  size_t counts[4] = {message.questions.size(), 0, 0, 0};
  const bool whole = WriteSection(message.answers, writer, &counts[1]) &&
                     WriteSection(message.authorities, writer, &counts[2]);
  if (whole) WriteSection(message.additionals, writer, &counts[3]);
  writer->set_limit(limit);
  if (message.edns.has_value()) {
    WriteEdns(*message.edns, writer);
    ++counts[3];
  }
  if (!whole) writer->PatchU16(kFlagsOffset, message.header.Flags() | kTcFlag);
  for (int i = 0; i < 4; ++i) writer->PatchU16(kQuestionCountOffset + 2 * i, counts[i]);
  return true;
}

std::string SerializeMessage(const Message& message, size_t limit) {
  std::vector<uint8_t> buffer(std::min(limit, kMaxMessageSize));
  WireWriter writer(absl::MakeSpan(buffer));
  if (!WriteMessage(message, &writer)) return std::string();
  return std::string(ToStringView(writer.written()));
}

Message MakeQuery(uint16_t id, const Name& name, RRType type, bool recursion_desired) {
  Message query;
  query.header.id = id;
  query.header.rd = recursion_desired;
  query.questions.push_back({name, type, RRClass::kIn});
  return query;
}

Message MakeReply(const Message& query, Rcode rcode) {
  Message reply;
  reply.header.id = query.header.id;
  reply.header.qr = true;
  reply.header.opcode = query.header.opcode;
  reply.header.rd = query.header.rd;
  reply.header.cd = query.header.cd;
  reply.questions = query.questions;
  reply.SetRcode(rcode);
  return reply;
}

}  // namespace nave::dns
