// Every field of every RPC, spoilt in every way that its declaration in the contract forbids: a
// reason that programs know, a sentence that says which field, and nothing changed. The cases come
// from the contracts; a new RPC without a good request in good_requests.cc fails.
#include <gmock/gmock.h>
#include <google/protobuf/timestamp.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "catalog/resource_name.h"
#include "nave/api/v1/annotations.pb.h"
#include "nave/api/v1/common.pb.h"
#include "nave/api/v1/errors.pb.h"
#include "nave/governance/v1/account.pb.h"
#include "server/limits.h"
#include "server/method_rules.h"
#include "server/status.h"
#include "tests/server/good_requests.h"

namespace nave::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// One way to spoil one field: `path` such as `rule.targets[0].port`.
struct Spoilt {
  std::string path;
  std::string how;
  MessagePtr request;
};

const api::v1::FieldRule& RuleOfField(const FieldDescriptor* field) {
  return field->options().GetExtension(api::v1::field);
}

// Texts that have no place in a field of the form.
std::vector<std::string> Malformed(api::v1::Format format) {
  switch (format) {
    case api::v1::DOMAIN_NAME:
      return {"a..b", std::string(64, 'a') + ".example.", "a\\"};
    case api::v1::IP_ADDRESS:
      return {"192.0.2.256", "here", "192.0.2.1:53"};
    case api::v1::SOCKET_ADDRESS:
      return {"192.0.2.1:65536", "192.0.2.256:53", "here:53", "2001:db8::1:53:x"};
    case api::v1::CIDR:
      return {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0"};
    case api::v1::RRTYPE:
      return {"BANANA", "TYPE65536"};
    case api::v1::RESOURCE_NAME:
      return {"", "a b", "accounts", "accounts//x", "accounts/../x", "accounts/a/b/c/d/e/f/g"};
    default:
      return {};
  }
}

// The name of a resource of a kind that is not there, made of its pattern.
std::string Dangling(const std::string& type) {
  const catalog::ResourceType* found = catalog::TypeNamed(type);
  std::string name;
  for (const std::string& segment : found->segments) {
    absl::StrAppend(&name, name.empty() ? "" : "/", segment.front() == '{' ? "none" : segment);
  }
  return name;
}

// Makes the spoilt requests of one good one.
class Spoiler {
 public:
  explicit Spoiler(const Message& good) : good_(good) {}

  std::vector<Spoilt> All() {
    Visit(good_, "", [](Message* request) { return request; });
    return std::move(spoilt_);
  }

 private:
  // From a request to the part that is visited.
  using Part = std::function<Message*(Message*)>;
  using Change = std::function<void(Message*)>;

  void Add(const Part& part, const std::string& path, const std::string& how,
           const Change& change) {
    MessagePtr request(good_.New());
    request->CopyFrom(good_);
    change(part(request.get()));
    spoilt_.push_back({path, how, std::move(request)});
  }

  void Visit(const Message& message, const std::string& prefix, const Part& part) {
    const Descriptor* descriptor = message.GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      if (RuleOfField(field).output_only()) continue;
      const std::string path = absl::StrCat(prefix, field->name());
      if (RuleOfField(field).required()) {
        Add(part, path, "missing",
            [field](Message* m) { m->GetReflection()->ClearField(m, field); });
      }
      if (field->is_map()) continue;
      if (field->is_repeated()) TooMany(message, field, path, part);
      SpoilValues(message, field, path, part);
    }
  }

  void TooMany(const Message& message, const FieldDescriptor* field, const std::string& path,
               const Part& part) {
    if (message.GetReflection()->FieldSize(message, field) == 0) return;
    const int most =
        RuleOfField(field).max_items() > 0 ? RuleOfField(field).max_items() : kDefaultMaxItems;
    Add(part, path, "too many", [field, most](Message* m) {
      const auto* reflection = m->GetReflection();
      while (reflection->FieldSize(*m, field) <= most) {
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
          reflection->AddString(m, field, reflection->GetRepeatedString(*m, field, 0));
        } else {
          MessagePtr item(reflection->GetRepeatedMessage(*m, field, 0).New());
          item->CopyFrom(reflection->GetRepeatedMessage(*m, field, 0));
          reflection->AddAllocatedMessage(m, field, item.release());
        }
      }
    });
  }

  void SpoilValues(const Message& message, const FieldDescriptor* field, const std::string& path,
                   const Part& part) {
    const auto* reflection = message.GetReflection();
    const int size = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        for (int i = 0; i < std::min(size, 1); ++i) SpoilText(field, path, part);
        return;
      case FieldDescriptor::CPPTYPE_ENUM:
        Add(part, path, "unknown value",
            [field](Message* m) { m->GetReflection()->SetEnumValue(m, field, 99); });
        return;
      case FieldDescriptor::CPPTYPE_INT32:
        Add(part, path, "negative",
            [field](Message* m) { m->GetReflection()->SetInt32(m, field, -7); });
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        Add(part, path, "negative",
            [field](Message* m) { m->GetReflection()->SetInt64(m, field, -7); });
        return;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        for (int i = 0; i < size; ++i) {
          if (!field->is_repeated() && !reflection->HasField(message, field)) continue;
          VisitPart(message, field, i, path, part);
        }
        return;
      default:
        return;
    }
  }

  void VisitPart(const Message& message, const FieldDescriptor* field, int i,
                 const std::string& path, const Part& part) {
    const auto* reflection = message.GetReflection();
    const bool many = field->is_repeated();
    const Message& inner = many ? reflection->GetRepeatedMessage(message, field, i)
                                : reflection->GetMessage(message, field);
    if (inner.GetDescriptor()->file()->package() == "google.protobuf") {
      if (inner.GetDescriptor()->FindFieldByName("seconds") != nullptr)
        SpoilTime(field, path, part);
      return;
    }
    Visit(inner, absl::StrCat(path, many ? absl::StrCat("[", i, "]") : "", "."),
          [part, field, i, many](Message* request) {
            Message* m = part(request);
            return many ? m->GetReflection()->MutableRepeatedMessage(m, field, i)
                        : m->GetReflection()->MutableMessage(m, field);
          });
  }

  void SetText(const Part& part, const FieldDescriptor* field, const std::string& path,
               const std::string& how, const std::string& text) {
    Add(part, path, how, [field, text](Message* m) {
      const auto* reflection = m->GetReflection();
      field->is_repeated() ? reflection->SetRepeatedString(m, field, 0, text)
                           : reflection->SetString(m, field, text);
    });
  }

  void SpoilText(const FieldDescriptor* field, const std::string& path, const Part& part) {
    const api::v1::FieldRule& rule = RuleOfField(field);
    const size_t longest = rule.max_length() > 0 ? rule.max_length() : kDefaultMaxLength;
    SetText(part, field, path, "too long", std::string(longest + 1, 'a'));
    for (const std::string& text : Malformed(rule.format())) {
      SetText(part, field, path, absl::StrCat("malformed '", text, "'"), text);
    }
    if (field->is_repeated()) SetText(part, field, path, "an empty item", "");
    if (rule.refers_to().empty()) return;
    const std::vector<std::string> types = absl::StrSplit(rule.refers_to(), ',');
    for (const std::string& type : types) {
      if (type != "Organization") {
        SetText(part, field, path, absl::StrCat("no such ", type), Dangling(type));
      }
    }
    SetText(part, field, path, "of another kind", "portfolios/base/accessGrants/base");
  }

  void SpoilTime(const FieldDescriptor* field, const std::string& path, const Part& part) {
    for (const int64_t seconds : {int64_t{1} << 60, -(int64_t{1} << 60)}) {
      Add(part, path, absl::StrCat(seconds, " seconds"), [field, seconds](Message* m) {
        Message* time = m->GetReflection()->MutableMessage(m, field);
        time->GetReflection()->SetInt64(time, time->GetDescriptor()->FindFieldByName("seconds"),
                                        seconds);
      });
    }
  }

  const Message& good_;
  std::vector<Spoilt> spoilt_;
};

// An update without a mask leaves an immutable field that is not given as it is.
bool IsTaken(const MethodDescriptor& method, const Spoilt& spoilt) {
  return method.name().rfind("Update", 0) == 0 && spoilt.how == "missing" &&
         spoilt.path.find('.') != std::string::npos;
}

class BadInputMatrixTest : public ::testing::TestWithParam<const MethodDescriptor*> {
 protected:
  static void SetUpTestSuite() {
    harness_ = new Harness();
    MakeWorld(*harness_);
  }
  static void TearDownTestSuite() {
    delete harness_;
    harness_ = nullptr;
  }
  // Grows with every change.
  static int64_t Revision() {
    static const MethodDescriptor* list = governance::v1::ListAccountsResponse::descriptor()
                                              ->file()
                                              ->FindServiceByName("AccountService")
                                              ->FindMethodByName("ListAccounts");
    governance::v1::ListAccountsResponse page;
    EXPECT_TRUE(CallByName(*harness_, *list, api::v1::ListRequest(), &page).ok());
    return page.revision();
  }

  static Harness* harness_;
};
Harness* BadInputMatrixTest::harness_ = nullptr;

TEST_P(BadInputMatrixTest, IsRefusedWithAReasonAndChangesNothing) {
  const MethodDescriptor& method = *GetParam();
  const MessagePtr good = GoodRequest(method);
  ASSERT_NE(nullptr, good) << "write a good request of " << method.full_name()
                           << " in good_requests.cc";
  const grpc::Status fine = CallByName(*harness_, method, *good, nullptr);
  ASSERT_EQ(ReasonOfGood(method), ReasonOf(fine)) << fine.error_message();
  const int64_t revision = Revision();
  for (const Spoilt& spoilt : Spoiler(*good).All()) {
    const grpc::Status status = CallByName(*harness_, method, *spoilt.request, nullptr);
    const std::string what = absl::StrCat(method.name(), " ", spoilt.path, " ", spoilt.how);
    if (status.ok()) {
      EXPECT_TRUE(IsTaken(method, spoilt)) << what << " was taken";
      continue;
    }
    const std::optional<ErrorInfo> info = ErrorInfoOf(status);
    ASSERT_TRUE(info.has_value()) << what << ": " << status.error_message();
    api::v1::Reason reason;
    EXPECT_TRUE(api::v1::Reason_Parse(info->reason, &reason) &&
                reason != api::v1::REASON_UNSPECIFIED && reason != api::v1::STORE_FAILED &&
                reason != api::v1::PLUGIN_FAILED)
        << what << ": " << info->reason << ": " << status.error_message();
    // A sentence, not a word.
    EXPECT_THAT(status.error_message(), ::testing::HasSubstr(" ")) << what;
    if (reason != api::v1::INVALID_FIELD) continue;
    const auto field = info->metadata.find("field");
    ASSERT_NE(info->metadata.end(), field) << what << ": " << status.error_message();
    // The field itself, or what it is a part of.
    const std::string leaf = spoilt.path.substr(spoilt.path.rfind('.') + 1);
    EXPECT_TRUE(field->second.find(leaf) != std::string::npos ||
                spoilt.path.find(field->second) != std::string::npos)
        << what << ": " << status.error_message();
  }
  EXPECT_EQ(revision, Revision());
}

// The parts of all messages in a field, or none.
std::vector<const Message*> PartsOf(const std::vector<const Message*>& alike,
                                    const FieldDescriptor* field) {
  std::vector<const Message*> parts;
  for (const Message* message : alike) {
    const auto* reflection = message->GetReflection();
    const int size = field->is_repeated() ? reflection->FieldSize(*message, field)
                                          : reflection->HasField(*message, field);
    for (int k = 0; k < size; ++k) {
      parts.push_back(field->is_repeated() ? &reflection->GetRepeatedMessage(*message, field, k)
                                           : &reflection->GetMessage(*message, field));
    }
  }
  return parts;
}

// A list or a part that the good request leaves out is not spoilt: whoever adds one gives it a
// value. In the items of a list, one is enough: they may be alternatives.
void ExpectWhole(const std::vector<const Message*>& alike, const std::string& prefix) {
  // What every kind has alike, and a test of its own below or in the catalog.
  static const auto& elsewhere = *new std::set<std::string>{"metadata", "update_mask"};
  const Descriptor* descriptor = alike.front()->GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (RuleOfField(field).output_only() || elsewhere.count(field->name()) > 0) continue;
    const std::string path = absl::StrCat(prefix, field->name());
    if (field->message_type() != nullptr && !field->is_map()) {
      const std::vector<const Message*> parts = PartsOf(alike, field);
      EXPECT_FALSE(parts.empty()) << "give " << path << " a value in good_requests.cc";
      if (!parts.empty()) ExpectWhole(parts, path + ".");
    } else if (field->is_repeated()) {
      const bool is_given = std::any_of(alike.begin(), alike.end(), [&](const Message* message) {
        return message->GetReflection()->FieldSize(*message, field) > 0;
      });
      EXPECT_TRUE(is_given) << "give " << path << " a value in good_requests.cc";
    }
  }
}

TEST_P(BadInputMatrixTest, TheGoodRequestLeavesNothingOut) {
  const MessagePtr good = GoodRequest(*GetParam());
  ASSERT_NE(nullptr, good);
  ExpectWhole({good.get()}, GetParam()->name() + " ");
}

// Gives a request an etag that nothing has any more; false when it takes none.
bool SetStaleEtag(const MethodDescriptor& method, Message* request) {
  constexpr char kStale[] = "r1";
  const Descriptor* descriptor = request->GetDescriptor();
  const FieldDescriptor* own = descriptor->FindFieldByName("etag");
  if (own != nullptr) request->GetReflection()->SetString(request, own, kStale);
  if (own != nullptr || method.name().rfind("Update", 0) != 0) return own != nullptr;
  Message* resource = request->GetReflection()->MutableMessage(request, descriptor->field(0));
  Message* metadata = resource->GetReflection()->MutableMessage(
      resource, resource->GetDescriptor()->FindFieldByName("metadata"));
  static_cast<api::v1::Metadata*>(metadata)->set_etag(kStale);
  return true;
}

TEST_P(BadInputMatrixTest, AStaleEtagIsRefused) {
  const MessagePtr request = GoodRequest(*GetParam());
  ASSERT_NE(nullptr, request);
  if (!SetStaleEtag(*GetParam(), request.get())) return;
  const std::string good = ReasonOfGood(*GetParam());
  const grpc::Status status = CallByName(*harness_, *GetParam(), *request, nullptr);
  EXPECT_EQ(good == "NOT_FOUND" ? good : "STALE_ETAG", ReasonOf(status)) << status.error_message();
}

// Of each kind one is made for good here, so that these stand behind the dry runs above.
TEST_P(BadInputMatrixTest, ZAnIdThatWasUsedIsNotUsedForAnotherBody) {
  if (GetParam()->name().rfind("Create", 0) != 0) return;
  if (!ReasonOfGood(*GetParam()).empty()) return;
  const MessagePtr request = GoodRequest(*GetParam());
  ASSERT_NE(nullptr, request);
  auto* mutation = static_cast<api::v1::Mutation*>(request->GetReflection()->MutableMessage(
      request.get(), request->GetDescriptor()->FindFieldByName("mutation")));
  mutation->set_validate_only(false);
  mutation->set_request_id(GetParam()->name());
  grpc::Status status = CallByName(*harness_, *GetParam(), *request, nullptr);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(CallByName(*harness_, *GetParam(), *request, nullptr).ok());
  Message* resource =
      request->GetReflection()->MutableMessage(request.get(), request->GetDescriptor()->field(0));
  Message* metadata = resource->GetReflection()->MutableMessage(
      resource, resource->GetDescriptor()->FindFieldByName("metadata"));
  (*static_cast<api::v1::Metadata*>(metadata)->mutable_labels())["other"] = "body";
  status = CallByName(*harness_, *GetParam(), *request, nullptr);
  EXPECT_EQ("REQUEST_ID_REUSED", ReasonOf(status)) << status.error_message();
}

// Streams are read by their own tests.
std::vector<const MethodDescriptor*> UnaryMethods() {
  std::vector<const MethodDescriptor*> methods;
  for (const MethodDescriptor* method : ServedMethods()) {
    if (!method->server_streaming() && !method->client_streaming()) methods.push_back(method);
  }
  return methods;
}

INSTANTIATE_TEST_SUITE_P(All, BadInputMatrixTest, ::testing::ValuesIn(UnaryMethods()),
                         [](const auto& info) {
                           return info.param->service()->name() + "_" + info.param->name();
                         });

}  // namespace
}  // namespace nave::server
