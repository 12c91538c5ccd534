#include "bench/change_writers.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "nave/dns/v1/record_set.grpc.pb.h"
#include "nave/dns/v1/rule.grpc.pb.h"
#include "nave/dns/v1/rule_association.grpc.pb.h"
#include "nave/dns/v1/zone.grpc.pb.h"
#include "nave/dns/v1/zone_association.grpc.pb.h"

namespace nave::bench {
namespace {

constexpr char kAccount[] = "accounts/bench";
constexpr char kVpc[] = "accounts/bench/vpcs/v";
constexpr int kCallSecondsMax = 30;
constexpr int kTtlSeconds = 60;
constexpr absl::Duration kUnseenAfter = absl::Seconds(10);
constexpr absl::Duration kLook = absl::Milliseconds(1);

std::string ZoneName(const std::string& id) { return absl::StrCat(kAccount, "/zones/", id); }
std::string RuleName(int number) { return absl::StrCat(kAccount, "/rules/f", number); }

absl::Status ToStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace

// One connection, and the calls that are made over it. Any thread.
class Writers::Calls {
 public:
  explicit Calls(const WriterOptions& options) : options_(options) {
    std::ifstream file(options.ca_path);
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs.assign(std::istreambuf_iterator<char>(file),
                              std::istreambuf_iterator<char>());
    auto channel = grpc::CreateChannel(options.server, grpc::SslCredentials(tls));
    zones_ = dns::v1::ZoneService::NewStub(channel);
    zone_associations_ = dns::v1::ZoneAssociationService::NewStub(channel);
    records_ = dns::v1::RecordSetService::NewStub(channel);
    rules_ = dns::v1::RuleService::NewStub(channel);
    rule_associations_ = dns::v1::RuleAssociationService::NewStub(channel);
  }

  absl::Status CreateZone(const std::string& id) {
    dns::v1::CreateZoneRequest request;
    request.mutable_zone()->set_name(ZoneName(id));
    request.mutable_zone()->set_domain_name(id + ".example.com.");
    dns::v1::Zone made;
    return ToStatus(zones_->CreateZone(Context().get(), request, &made));
  }

  absl::Status CreateRecord(const std::string& zone, const std::string& owner,
                            const std::string& address) {
    dns::v1::CreateRecordSetRequest request;
    *request.mutable_record_set() = Record(zone, owner, address);
    dns::v1::RecordSet made;
    return ToStatus(records_->CreateRecordSet(Context().get(), request, &made));
  }

  absl::Status UpdateRecord(const std::string& zone, const std::string& owner,
                            const std::string& address) {
    dns::v1::UpdateRecordSetRequest request;
    *request.mutable_record_set() = Record(zone, owner, address);
    request.mutable_update_mask()->add_paths("rdata");
    dns::v1::RecordSet made;
    return ToStatus(records_->UpdateRecordSet(Context().get(), request, &made));
  }

  absl::Status Associate(const std::string& zone) {
    dns::v1::CreateZoneAssociationRequest request;
    request.mutable_zone_association()->set_name(ZoneName(zone) + "/associations/v");
    request.mutable_zone_association()->set_vpc(kVpc);
    dns::v1::ZoneAssociation made;
    return ToStatus(zone_associations_->CreateZoneAssociation(Context().get(), request, &made));
  }

  absl::Status Disassociate(const std::string& zone) {
    api::v1::DeleteRequest request;
    request.set_name(ZoneName(zone) + "/associations/v");
    api::v1::DeleteResponse done;
    return ToStatus(zone_associations_->DeleteZoneAssociation(Context().get(), request, &done));
  }

  absl::Status CreateRule(int number) {
    dns::v1::CreateRuleRequest request;
    *request.mutable_rule() = Rule(number, 0);
    dns::v1::Rule made;
    const absl::Status status = ToStatus(rules_->CreateRule(Context().get(), request, &made));
    if (!status.ok()) return status;
    dns::v1::CreateRuleAssociationRequest associate;
    auto* association = associate.mutable_rule_association();
    association->set_name(absl::StrCat(kAccount, "/ruleAssociations/f", number));
    association->set_rule(RuleName(number));
    association->set_vpc(kVpc);
    dns::v1::RuleAssociation associated;
    return ToStatus(
        rule_associations_->CreateRuleAssociation(Context().get(), associate, &associated));
  }

  absl::Status UpdateRule(int number, int server) {
    dns::v1::UpdateRuleRequest request;
    *request.mutable_rule() = Rule(number, server);
    request.mutable_update_mask()->add_paths("targets");
    dns::v1::Rule made;
    return ToStatus(rules_->UpdateRule(Context().get(), request, &made));
  }

 private:
  std::unique_ptr<grpc::ClientContext> Context() const {
    auto context = std::make_unique<grpc::ClientContext>();
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(kCallSecondsMax));
    context->AddMetadata("authorization", "Bearer " + options_.token);
    return context;
  }

  static dns::v1::RecordSet Record(const std::string& zone, const std::string& owner,
                                   const std::string& address) {
    dns::v1::RecordSet record;
    record.set_name(absl::StrCat(ZoneName(zone), "/recordSets/", owner, "/A"));
    record.set_ttl_seconds(kTtlSeconds);
    record.add_rdata(address);
    return record;
  }

  dns::v1::Rule Rule(int number, int server) const {
    dns::v1::Rule rule;
    rule.set_name(RuleName(number));
    rule.set_domain_name(absl::StrCat("f", number, ".example.net."));
    rule.set_kind(dns::v1::Rule::FORWARD);
    rule.add_targets()->set_address("127.0.0.1");
    rule.mutable_targets(0)->set_port(options_.ports[server]);
    return rule;
  }

  const WriterOptions options_;
  std::unique_ptr<dns::v1::ZoneService::Stub> zones_;
  std::unique_ptr<dns::v1::ZoneAssociationService::Stub> zone_associations_;
  std::unique_ptr<dns::v1::RecordSetService::Stub> records_;
  std::unique_ptr<dns::v1::RuleService::Stub> rules_;
  std::unique_ptr<dns::v1::RuleAssociationService::Stub> rule_associations_;
};

Writers::Writers(WriterOptions options, const Subjects& subjects)
    : options_(std::move(options)),
      subjects_(subjects),
      calls_(std::make_shared<Calls>(options_)) {}

absl::Status Writers::Prepare() {
  absl::Status status;
  for (int zone = 0; zone < kRecordZones; ++zone) {
    status.Update(calls_->CreateZone(absl::StrCat("r", zone)));
    status.Update(calls_->Associate(absl::StrCat("r", zone)));
  }
  for (const auto& subject : subjects_) {
    const std::string owner = subject->qname().ToText();
    const std::string zone = absl::StrCat("a", subject->number());
    switch (subject->kind()) {
      case Subject::Kind::kRecord:
        status.Update(calls_->CreateRecord(absl::StrCat("r", subject->number() % kRecordZones),
                                           owner, RecordAddress(0)));
        break;
      case Subject::Kind::kAssociation:
        status.Update(calls_->CreateZone(zone));
        status.Update(calls_->CreateRecord(zone, owner, kZoneAddress));
        status.Update(calls_->Associate(zone));
        break;
      case Subject::Kind::kRule:
        status.Update(calls_->CreateRule(subject->number()));
        break;
    }
  }
  return status;
}

absl::Status Writers::Write(const Subject& subject, uint64_t version) {
  const std::string zone = absl::StrCat("a", subject.number());
  switch (subject.kind()) {
    case Subject::Kind::kRecord:
      return calls_->UpdateRecord(absl::StrCat("r", subject.number() % kRecordZones),
                                  subject.qname().ToText(), RecordAddress(version));
    case Subject::Kind::kAssociation:
      return version % 2 == 0 ? calls_->Associate(zone) : calls_->Disassociate(zone);
    case Subject::Kind::kRule:
      return calls_->UpdateRule(subject.number(), static_cast<int>(version % 2));
  }
  return absl::OkStatus();
}

void Writers::Count(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  ++(status.ok() ? result_.changes : result_.errors);
  if (!status.ok() && result_.first_error.empty()) result_.first_error = status.ToString();
}

bool Writers::WaitUntilSeen(const Subject& subject, uint64_t version,
                            const std::atomic<bool>* stop) {
  const absl::Time end = absl::Now() + kUnseenAfter;
  while (subject.seen() < version && !stop->load()) {
    if (absl::Now() >= end) return false;
    absl::SleepFor(kLook);
  }
  return true;
}

void Writers::ChangeOne(Subject* subject, const std::atomic<bool>* stop) {
  const absl::Duration pause = absl::Seconds(static_cast<double>(subjects_.size()) / options_.rate);
  absl::Time next = absl::Now();
  for (uint64_t version = 1; !stop->load();) {
    absl::SleepFor(next - absl::Now());
    next += pause;
    subject->Begin(version, absl::Now());
    const absl::Status status = Write(*subject, version);
    Count(status);
    // The same version again: nobody knows whether the failed call has had an effect.
    if (!status.ok()) continue;
    if (subject->kind() != Subject::Kind::kRecord && !WaitUntilSeen(*subject, version, stop)) {
      absl::MutexLock lock(&mutex_);
      ++result_.unseen;
    }
    ++version;
  }
}

WriteResult Writers::Run(const std::atomic<bool>* stop) {
  std::vector<std::thread> callers;
  for (const auto& subject : subjects_) {
    callers.emplace_back([this, stop, one = subject.get()] { ChangeOne(one, stop); });
  }
  for (std::thread& caller : callers) caller.join();
  absl::MutexLock lock(&mutex_);
  return result_;
}

}  // namespace nave::bench
