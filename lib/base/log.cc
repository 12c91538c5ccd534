#include "lib/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

namespace nave::log {
namespace {

std::atomic<Form> form{Form::kText};

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made =
        std::make_shared<spdlog::logger>("nave", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *logger;
}

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      break;
  }
  return spdlog::level::err;
}

const char* LevelName(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      break;
  }
  return "error";
}

// Quotes as JSON does, which also keeps one message on one line.
void AppendQuoted(std::string_view text, std::string* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out->push_back('"');
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out->append("\\u00");
      out->push_back(kHex[static_cast<unsigned char>(c) >> 4]);
      out->push_back(kHex[c & 15]);
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

void Write(Level level, std::string_view text, Fields fields) {
  spdlog::level::level_enum wanted = ToSpdlog(level);
  if (!Logger().should_log(wanted)) return;
  std::string line = Format(form.load(), level, text, fields);
  Logger().log(wanted, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void Configure(Level level, Form wanted) {
  Logger().set_level(ToSpdlog(level));
  form = wanted;
  if (wanted == Form::kJson) {
    Logger().set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})", spdlog::pattern_time_type::utc);
  }
}

absl::Status ParseLevel(std::string_view text, Level* level) {
  for (Level each : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    if (text == LevelName(each)) {
      *level = each;
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError("unknown log level '" + std::string(text) +
                                    "': use debug, info, warning or error");
}

absl::Status ParseForm(std::string_view text, Form* wanted) {
  if (text == "text" || text == "json") {
    *wanted = text == "text" ? Form::kText : Form::kJson;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("unknown log format '" + std::string(text) +
                                    "': use text or json");
}

std::string Format(Form wanted, Level level, std::string_view text, Fields fields) {
  std::string line;
  if (wanted == Form::kJson) {
    line = std::string("\"level\":\"") + LevelName(level) + "\",\"text\":";
    AppendQuoted(text, &line);
    for (const Field& field : fields) {
      line.push_back(',');
      AppendQuoted(field.first, &line);
      line.push_back(':');
      AppendQuoted(field.second, &line);
    }
    return line;
  }
  line = std::string(LevelName(level)) + ": ";
  for (char c : text) line.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
  for (const Field& field : fields) {
    line.push_back(' ');
    line.append(field.first);
    line.push_back('=');
    AppendQuoted(field.second, &line);
  }
  return line;
}

void Debug(std::string_view text, Fields fields) { Write(Level::kDebug, text, fields); }
void Info(std::string_view text, Fields fields) { Write(Level::kInfo, text, fields); }
void Warning(std::string_view text, Fields fields) { Write(Level::kWarning, text, fields); }
void Error(std::string_view text, Fields fields) { Write(Level::kError, text, fields); }

}  // namespace nave::log
