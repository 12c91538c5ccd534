#include "lib/dns/message_reader.h"

#include <string>
#include <utility>

#include "lib/dns/rdata.h"
#include "lib/dns/wire_reader.h"

namespace nave::dns {
namespace {

using Section = MessageSink::Section;

// RFC 2181 section 8: a TTL with the top bit set counts as zero.
uint32_t CleanTtl(uint32_t ttl) { return ttl & 0x80000000u ? 0 : ttl; }

class Reader {
 public:
  Reader(absl::Span<const uint8_t> wire, MessageSink* sink, const Question* asked)
      : wire_(wire), sink_(sink), asked_(asked) {}

  WireError Read(Header* header) {
    *header = ReadHeader(&wire_);
    if (!wire_.ok()) return wire_.error();
    const size_t records =
        size_t{header->answer_count} + header->authority_count + header->additional_count;
    if (header->question_count > kMaxQuestions || records > kMaxRecords) {
      return WireError::kTooManyRecords;
    }
    for (int i = 0; i < header->question_count && wire_.ok(); ++i) TakeQuestion();
    TakeSection(Section::kAnswer, header->answer_count);
    TakeSection(Section::kAuthority, header->authority_count);
    TakeSection(Section::kAdditional, header->additional_count);
    if (wire_.ok() && !wire_.AtEnd()) wire_.Fail(WireError::kTrailingBytes);
    return wire_.error();
  }

 private:
  void TakeQuestion() {
    const bool is_first = !has_question_;
    Question other;
    Question& question = is_first ? first_question_ : other;
    if (is_first && asked_ != nullptr && wire_.SkipBytes(asked_->name.wire_view())) {
      question.name = asked_->name;
    } else {
      question.name = wire_.ReadName();
    }
    question.type = static_cast<RRType>(wire_.ReadU16());
    question.rrclass = static_cast<RRClass>(wire_.ReadU16());
    if (!wire_.ok()) return;
    has_question_ = true;
    sink_->OnQuestion(question);
  }

  void TakeSection(Section section, size_t count) {
    for (size_t i = 0; i < count && wire_.ok(); ++i) TakeRecord(section);
  }

  void TakeRecord(Section section) {
    const RecordView record = ReadRecordBehind(TakeOwner(), &wire_, &rdata_);
    if (!wire_.ok()) return;
    if (record.type == RRType::kOpt) return TakeOpt(section, record);
    sink_->OnRecord(section, record);
  }

  // Nearly every owner is the question's name, which stands right behind the header.
  const Name& TakeOwner() {
    if (has_question_ && wire_.SkipPointerTo(kHeaderSize)) return first_question_.name;
    owner_ = wire_.ReadName();
    return owner_;
  }

  void TakeOpt(Section section, const RecordView& opt) {
    if (section != Section::kAdditional || has_edns_ || !opt.owner.IsRoot()) {
      return wire_.Fail(WireError::kBadOpt);
    }
    has_edns_ = true;
    Edns edns;
    const WireError error =
        ParseEdns(static_cast<uint16_t>(opt.rrclass), opt.ttl, opt.rdata, &edns);
    sink_->OnEdns(std::move(edns));
    if (error != WireError::kOk) wire_.Fail(error);
  }

  WireReader wire_;
  MessageSink* const sink_;
  const Question* const asked_;
  Question first_question_;
  Name owner_;
  std::string rdata_;
  bool has_question_ = false;
  bool has_edns_ = false;
};

}  // namespace

RecordView ReadRecordBehind(const Name& owner, WireReader* reader, std::string* buffer) {
  const auto type = static_cast<RRType>(reader->ReadU16());
  const auto rrclass = static_cast<RRClass>(reader->ReadU16());
  const uint32_t ttl = reader->ReadU32();
  const size_t size = reader->ReadU16();
  // Updates carry records of class ANY and NONE without rdata (RFC 2136 section 2.4).
  const bool is_opaque = size == 0 && rrclass != RRClass::kIn;
  const absl::string_view rdata =
      is_opaque ? absl::string_view() : ReadRdata(type, size, reader, buffer);
  return {owner, type, rrclass, type == RRType::kOpt ? ttl : CleanTtl(ttl), rdata};
}

WireError ReadMessage(absl::Span<const uint8_t> wire, Header* header, MessageSink* sink,
                      const Question* asked) {
  return Reader(wire, sink, asked).Read(header);
}

}  // namespace nave::dns
