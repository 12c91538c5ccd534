#include "terraform/protocol/type.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/status_macros.h"

namespace nave::terraform {
namespace {

absl::Status Wrong(const std::string& path, const Type& type, const Value& value) {
  return absl::InvalidArgumentError(absl::StrCat(path.empty() ? "the value" : path, ": ",
                                                 value.DebugString(), " is not of the type ",
                                                 type.Json()));
}

absl::Status Check(const Type& type, const Value& value, const std::string& path);

absl::Status CheckItems(const Type& element, const Value::List& list, const std::string& path) {
  for (size_t i = 0; i < list.size(); ++i) {
    NAVE_RETURN_IF_ERROR(Check(element, list[i], absl::StrCat(path, "[", i, "]")));
  }
  return absl::OkStatus();
}

absl::Status CheckMap(const Type& element, const Value::Map& map, const std::string& path) {
  for (const auto& [key, item] : map) {
    NAVE_RETURN_IF_ERROR(Check(element, item, absl::StrCat(path, "[\"", key, "\"]")));
  }
  return absl::OkStatus();
}

absl::Status CheckObject(const Type& type, const Value::Map& map, const std::string& path) {
  for (const auto& [name, attribute] : type.attributes()) {
    const auto found = map.find(name);
    if (found == map.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, path.empty() ? "" : ".", name, ": is missing"));
    }
    NAVE_RETURN_IF_ERROR(
        Check(attribute, found->second, absl::StrCat(path, path.empty() ? "" : ".", name)));
  }
  for (const auto& [name, item] : map) {
    if (type.attributes().count(name) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, path.empty() ? "" : ".", name, ": there is no such attribute"));
    }
  }
  return absl::OkStatus();
}

absl::Status Check(const Type& type, const Value& value, const std::string& path) {
  if (value.is_null() || value.is_unknown()) return absl::OkStatus();
  switch (type.kind()) {
    case Type::Kind::kString:
      return value.AsString() != nullptr ? absl::OkStatus() : Wrong(path, type, value);
    case Type::Kind::kNumber:
      return value.AsDigits() != nullptr ? absl::OkStatus() : Wrong(path, type, value);
    case Type::Kind::kBool:
      return value.AsBool() != nullptr ? absl::OkStatus() : Wrong(path, type, value);
    case Type::Kind::kList:
    case Type::Kind::kSet:
      if (value.AsList() == nullptr) return Wrong(path, type, value);
      return CheckItems(type.element(), *value.AsList(), path);
    case Type::Kind::kMap:
      if (value.AsMap() == nullptr) return Wrong(path, type, value);
      return CheckMap(type.element(), *value.AsMap(), path);
    case Type::Kind::kObject:
      if (value.AsMap() == nullptr) return Wrong(path, type, value);
      return CheckObject(type, *value.AsMap(), path);
  }
  return Wrong(path, type, value);
}

// Numbers that came as texts become numbers: MessagePack has no form for 0.1 or 1e30.
Value Settle(const Type& type, Value value) {
  const std::string* text = value.AsString();
  if (type.kind() == Type::Kind::kNumber && text != nullptr && IsNumber(*text)) {
    return Value::Number(*text);
  }
  if (const Value::List* list = value.AsList();
      list != nullptr && (type.kind() == Type::Kind::kList || type.kind() == Type::Kind::kSet)) {
    Value::List items;
    for (const Value& item : *list) items.push_back(Settle(type.element(), item));
    return Value::OfList(std::move(items));
  }
  const Value::Map* map = value.AsMap();
  if (map == nullptr || (type.kind() != Type::Kind::kMap && type.kind() != Type::Kind::kObject)) {
    return value;
  }
  Value::Map items;
  for (const auto& [key, item] : *map) {
    if (type.kind() == Type::Kind::kMap) {
      items[key] = Settle(type.element(), item);
    } else {
      const auto attribute = type.attributes().find(key);
      items[key] = attribute == type.attributes().end() ? item : Settle(attribute->second, item);
    }
  }
  return Value::OfMap(std::move(items));
}

}  // namespace

Type Type::Object(std::map<std::string, Type> attributes) {
  Type type(Kind::kObject);
  type.attributes_ = std::make_shared<const std::map<std::string, Type>>(std::move(attributes));
  return type;
}

std::string Type::Json() const {
  switch (kind_) {
    case Kind::kString:
      return "\"string\"";
    case Kind::kNumber:
      return "\"number\"";
    case Kind::kBool:
      return "\"bool\"";
    case Kind::kList:
      return absl::StrCat("[\"list\",", element_->Json(), "]");
    case Kind::kSet:
      return absl::StrCat("[\"set\",", element_->Json(), "]");
    case Kind::kMap:
      return absl::StrCat("[\"map\",", element_->Json(), "]");
    case Kind::kObject:
      break;
  }
  return absl::StrCat("[\"object\",{",
                      absl::StrJoin(*attributes_, ",",
                                    [](std::string* out, const auto& attribute) {
                                      absl::StrAppend(out, "\"", attribute.first,
                                                      "\":", attribute.second.Json());
                                    }),
                      "}]");
}

absl::StatusOr<Value> Conform(const Type& type, Value value) {
  value = Settle(type, std::move(value));
  NAVE_RETURN_IF_ERROR(Check(type, value, ""));
  return value;
}

absl::StatusOr<Value> Complete(const Type& type, const Value& value) {
  const Value::Map* map = value.AsMap();
  if (type.kind() != Type::Kind::kObject || map == nullptr) return Conform(type, value);
  Value::Map items;
  for (const auto& [name, attribute] : type.attributes()) {
    const auto found = map->find(name);
    if (found == map->end()) {
      items[name] = Value();
    } else {
      NAVE_ASSIGN_OR_RETURN(items[name], Complete(attribute, found->second));
    }
  }
  return Conform(type, Value::OfMap(std::move(items)));
}

}  // namespace nave::terraform
