// The one list of tables. A table is a key space of its own within one store; keys are ordered by
// their bytes. docs/store_format.md says which message each value is.
#ifndef NAVE_STORE_TABLES_H_
#define NAVE_STORE_TABLES_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace nave::store {

// The numbers are on disk: they never change and are never used again.
enum class Table : uint8_t {
  kMeta = 1,             // what the store knows about itself
  kResources = 2,        // resource name -> the resource
  kReferences = 3,       // target NUL source NUL source's type -> empty: who points at whom
  kRequests = 4,         // principal NUL request id -> RequestRecord
  kOperations = 5,       // operation name -> Operation
  kWork = 6,             // operation id -> WorkItem
  kIntents = 7,          // provisioned product name -> IntentSet
  kHistory = 8,          // provisioned product name NUL sequence -> HistoryRecord
  kLedgerAccount = 9,    // account NUL resource -> AccountLedgerRow
  kLedgerVpc = 10,       // resource NUL VPC -> VpcLedgerRow
  kLedgerIndex = 11,     // index name NUL value NUL row key -> empty
  kCursors = 12,         // consumer -> Cursor
  kTokens = 13,          // token name -> TokenRecord
  kTokenSecrets = 14,    // SHA-256 of the secret -> token name
  kDeadLetters = 15,     // dead letter name -> DeadLetter
  kNodes = 16,           // node name -> Node
  kExternalEvents = 17,  // source NUL event id -> revision: events from outside happen once
  kIndexes =
      18,  // index name NUL value NUL resource name -> empty: what must be unique or found quickly
};

struct TableName {
  Table table;
  std::string_view name;
};

inline constexpr std::array<TableName, 18> kTables = {{
    {Table::kMeta, "meta"},
    {Table::kResources, "resources"},
    {Table::kReferences, "references"},
    {Table::kRequests, "requests"},
    {Table::kOperations, "operations"},
    {Table::kWork, "work"},
    {Table::kIntents, "intents"},
    {Table::kHistory, "history"},
    {Table::kLedgerAccount, "ledger_account"},
    {Table::kLedgerVpc, "ledger_vpc"},
    {Table::kLedgerIndex, "ledger_index"},
    {Table::kCursors, "cursors"},
    {Table::kTokens, "tokens"},
    {Table::kTokenSecrets, "token_secrets"},
    {Table::kDeadLetters, "dead_letters"},
    {Table::kNodes, "nodes"},
    {Table::kExternalEvents, "external_events"},
    {Table::kIndexes, "indexes"},
}};

}  // namespace nave::store

#endif  // NAVE_STORE_TABLES_H_
