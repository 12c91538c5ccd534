#include "resolver/cache_selection.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace nave::resolver {

bool CacheSelection::IncludesName(const dns::Name& other) const {
  return with_subdomains ? other.IsSubdomainOf(*name) : other == *name;
}

bool CacheSelection::Includes(const CacheKey& key, const Reply& reply) const {
  if (view.has_value() && key.view() != *view) return false;
  if (groups.has_value() && !groups->contains(key.group())) return false;
  if (!name.has_value() || IncludesName(key.name())) return true;
  if (reply.DeniesQname() && name->IsSubdomainOf(key.name())) return true;
  return std::any_of(reply.answers.begin(), reply.answers.end(),
                     [this](const dns::RRset& rrset) { return IncludesName(rrset.owner); });
}

absl::StatusOr<const View*> ViewNamed(const std::string& name, const Snapshot& snapshot) {
  const View* const view = name.empty() ? nullptr : snapshot.FindView(name);
  if (view != nullptr || name.empty()) return view;
  return absl::NotFoundError(absl::StrCat("no view '", name, "' is served here"));
}

absl::StatusOr<CacheSelection> CompileSelection(const v1::CacheSelector& selector,
                                                const Snapshot& snapshot) {
  CacheSelection selection;
  NAVE_ASSIGN_OR_RETURN(const View* const view, ViewNamed(selector.view(), snapshot));
  if (view != nullptr) selection.view = view->id();
  if (!selector.rule().empty()) {
    auto& groups = selection.groups.emplace();
    const auto add = [&](const View& from) {
      for (const auto& rule : from.rules()) {
        if (rule->name == selector.rule() && rule->group != nullptr) groups.insert(rule->group->id);
      }
    };
    if (view != nullptr) {
      add(*view);
    } else {
      for (const auto& each : snapshot.views()) add(*each);
    }
  }
  selection.with_subdomains = selector.names_case() == v1::CacheSelector::kSuffix;
  if (selector.names_case() != v1::CacheSelector::NAMES_NOT_SET) {
    NAVE_ASSIGN_OR_RETURN(
        selection.name,
        dns::Name::FromText(selection.with_subdomains ? selector.suffix() : selector.name()));
  }
  return selection;
}

}  // namespace nave::resolver
