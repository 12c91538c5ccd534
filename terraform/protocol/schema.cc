#include "terraform/protocol/schema.h"

#include <utility>

namespace nave::terraform {

const Attribute* Schema::Find(const std::string& name) const {
  for (const Attribute& attribute : attributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

Type Schema::type() const {
  std::map<std::string, Type> types;
  for (const Attribute& attribute : attributes) types.emplace(attribute.name, attribute.type);
  return Type::Object(std::move(types));
}

void Schema::ToProto(tfplugin6::Schema* out) const {
  out->set_version(version);
  out->mutable_block()->set_version(version);
  out->mutable_block()->set_description(description);
  for (const Attribute& attribute : attributes) {
    tfplugin6::Schema::Attribute* to = out->mutable_block()->add_attributes();
    to->set_name(attribute.name);
    to->set_type(attribute.type.Json());
    to->set_description(attribute.description);
    to->set_required(attribute.given == Attribute::Given::kRequired);
    to->set_optional(attribute.given == Attribute::Given::kOptional);
    to->set_computed(attribute.given == Attribute::Given::kComputed);
    to->set_sensitive(attribute.sensitive);
  }
}

const Value& At(const Object& object, const std::string& name) {
  static const Value& null = *new Value();
  const auto found = object.find(name);
  return found == object.end() ? null : found->second;
}

std::string TextAt(const Object& object, const std::string& name) {
  const std::string* text = At(object, name).AsString();
  return text == nullptr ? "" : *text;
}

std::vector<std::string> TextsOf(const Value& value) {
  std::vector<std::string> texts;
  if (const Value::List* list = value.AsList()) {
    for (const Value& item : *list) {
      if (const std::string* text = item.AsString()) texts.push_back(*text);
    }
  }
  return texts;
}

Value TextOrNull(const std::string& text) { return text.empty() ? Value() : Value::String(text); }

Value TextList(const std::vector<std::string>& texts) {
  Value::List list;
  for (const std::string& text : texts) list.push_back(Value::String(text));
  return Value::OfList(std::move(list));
}

}  // namespace nave::terraform
