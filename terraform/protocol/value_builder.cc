#include "terraform/protocol/value_builder.h"

#include <utility>

namespace nave::terraform {

bool ValueBuilder::Add(Value value) {
  if (levels_.empty()) {
    if (result_.has_value()) return false;
    result_ = std::move(value);
    return true;
  }
  Level& level = levels_.back();
  if (!level.is_map) {
    level.list.push_back(std::move(value));
    return true;
  }
  if (!level.key.has_value()) return false;
  level.map[*std::exchange(level.key, std::nullopt)] = std::move(value);
  return true;
}

bool ValueBuilder::Begin(bool is_map) {
  if (static_cast<int>(levels_.size()) >= max_depth_) return false;
  levels_.emplace_back().is_map = is_map;
  return true;
}

bool ValueBuilder::Key(std::string key) {
  if (levels_.empty() || !levels_.back().is_map || levels_.back().key.has_value()) return false;
  levels_.back().key = std::move(key);
  return true;
}

bool ValueBuilder::End() {
  if (levels_.empty()) return false;
  Level level = std::move(levels_.back());
  levels_.pop_back();
  return Add(level.is_map ? Value::OfMap(std::move(level.map))
                          : Value::OfList(std::move(level.list)));
}

}  // namespace nave::terraform
