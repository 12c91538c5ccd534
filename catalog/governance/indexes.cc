#include "catalog/governance/indexes.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "catalog/governance/read.h"
#include "lib/base/check.h"
#include "lib/dns/name.h"

namespace nave::catalog {
namespace {

using store::Table;

constexpr char kLabelEnd = '\x01';

dns::Name NameOfText(const std::string& text) {
  absl::StatusOr<dns::Name> name = dns::Name::FromText(text);
  NAVE_CHECK(name.ok());
  return *std::move(name);
}

std::string Key(std::string_view index, std::string_view value, std::string_view last) {
  std::string key(index);
  key.push_back('\0');
  key.append(value);
  key.push_back('\0');
  key.append(last);
  return key;
}

std::string LastPart(const std::string& key) { return key.substr(key.rfind('\0') + 1); }

absl::StatusOr<std::vector<std::string>> LastParts(store::Reader& reader,
                                                   const std::string& prefix) {
  NAVE_ASSIGN_OR_RETURN(std::vector<store::Entry> entries,
                        store::ScanPrefix(reader, Table::kIndexes, prefix, kMaxScan));
  std::vector<std::string> parts;
  for (const store::Entry& entry : entries) parts.push_back(LastPart(entry.key));
  return parts;
}

}  // namespace

std::string DomainKey(const std::string& domain_name) {
  dns::Name name = NameOfText(domain_name).ToLower();
  std::string key;
  for (int count = 1; count <= name.label_count(); ++count) {
    // Escaped, so that no octet of a label can be taken for a separator.
    key += absl::CEscape(name.Suffix(count).first_label());
    key.push_back(kLabelEnd);
  }
  return key;
}

std::vector<std::string> SelfAndAbove(const std::string& domain_name) {
  dns::Name name = NameOfText(domain_name);
  std::vector<std::string> names;
  for (int count = name.label_count(); count >= 0; --count)
    names.push_back(name.Suffix(count).ToKey());
  return names;
}

bool IsAtOrBelow(const std::string& name, const std::string& suffix) {
  return NameOfText(name).IsSubdomainOf(NameOfText(suffix));
}

std::string VpcIndexKey(std::string_view index, std::string_view vpc,
                        std::string_view domain_name) {
  return Key(index, vpc, domain_name);
}

absl::StatusOr<std::string> FindOnVpc(store::Reader& reader, std::string_view index,
                                      const std::string& vpc, const std::string& domain_name) {
  NAVE_ASSIGN_OR_RETURN(auto entry, reader.Get(Table::kIndexes, Key(index, vpc, domain_name)));
  return entry.has_value() ? entry->value : std::string();
}

absl::StatusOr<std::vector<std::string>> DomainNamesOnVpc(store::Reader& reader,
                                                          std::string_view index,
                                                          const std::string& vpc) {
  return LastParts(reader, Key(index, vpc, ""));
}

void PutIndex(store::Transaction& transaction, std::string_view index, std::string_view value,
              std::string_view resource) {
  transaction.Put(Table::kIndexes, Key(index, value, resource), "");
}

void DeleteIndex(store::Transaction& transaction, std::string_view index, std::string_view value,
                 std::string_view resource) {
  transaction.Delete(Table::kIndexes, Key(index, value, resource));
}

absl::StatusOr<std::vector<std::string>> FindByIndex(store::Reader& reader, std::string_view index,
                                                     std::string_view value) {
  return LastParts(reader, Key(index, value, ""));
}

absl::StatusOr<std::vector<std::string>> FindBelow(store::Reader& reader, std::string_view index,
                                                   const std::string& suffix) {
  std::string prefix(index);
  prefix.push_back('\0');
  prefix.append(DomainKey(suffix));
  return LastParts(reader, prefix);
}

}  // namespace nave::catalog
