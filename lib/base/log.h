// The structured log: a sentence for people, and fields for programs. Goes to standard error.
// Thread-safe.
//
//   log::Info("serving", {{"address", "127.0.0.1:7443"}, {"revision", "12"}});
#ifndef NAVE_LIB_BASE_LOG_H_
#define NAVE_LIB_BASE_LOG_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

namespace nave::log {

enum class Level { kDebug, kInfo, kWarning, kError };
enum class Form { kText, kJson };

using Field = std::pair<std::string_view, std::string>;
using Fields = std::initializer_list<Field>;

// Sets what is written and how; before it, kInfo as text.
void Configure(Level level, Form form);
// `debug`, `info`, `warning` or `error`; INVALID_ARGUMENT names the choices.
absl::Status ParseLevel(std::string_view text, Level* level);
// `text` or `json`.
absl::Status ParseForm(std::string_view text, Form* form);

void Debug(std::string_view text, Fields fields = {});
void Info(std::string_view text, Fields fields = {});
void Warning(std::string_view text, Fields fields = {});
void Error(std::string_view text, Fields fields = {});

// One line as it would be written, without time: for tests. Control characters in it are escaped.
std::string Format(Form form, Level level, std::string_view text, Fields fields);

}  // namespace nave::log

#endif  // NAVE_LIB_BASE_LOG_H_
