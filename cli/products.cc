// `nave launch`: a product by its word, its parameters, and the wait until it is served.
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/calls.h"
#include "cli/command.h"
#include "cli/errors.h"
#include "cli/names.h"
#include "cli/operations.h"
#include "cli/provisioned.h"
#include "nave/catalog/v1/product.pb.h"
#include "nave/catalog/v1/provisioned_product.pb.h"

namespace nave::cli {
namespace {

using catalog::v1::ChangeProductResponse;
using catalog::v1::Product;

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// What people call a plugin: `private` for `private_dns`.
bool IsPluginNamed(const std::string& plugin, const std::string& word) {
  return plugin == word || plugin == absl::StrCat(word, "_dns");
}

absl::Status UnknownProduct(const std::string& word, const std::vector<Product>& products) {
  std::vector<std::string> ids;
  for (const Product& product : products) ids.push_back(IdOf(product.name()));
  const std::string nearest = NearestName(word, ids);
  return UsageError(
      absl::StrCat("there is no product '", word, "' that you may launch",
                   nearest.empty() ? "" : absl::StrCat("; did you mean '", nearest, "'?"),
                   " You may launch: ", absl::StrJoin(ids, ", ")));
}

// The product of a word among those that the caller may see: by its id, else by its plugin.
absl::StatusOr<std::string> FindProduct(ControlPlane& control_plane, const std::string& word) {
  NAVE_ASSIGN_OR_RETURN(
      std::vector<Product> products,
      ListAll(control_plane, "nave.catalog.v1.ProductService/ListProducts", api::v1::ListRequest(),
              &catalog::v1::ListProductsResponse::products));
  std::vector<std::string> by_plugin;
  for (const Product& product : products) {
    if (IdOf(product.name()) == word) return product.name();
    if (IsPluginNamed(product.plugin(), word)) by_plugin.push_back(product.name());
  }
  if (by_plugin.size() == 1) return by_plugin[0];
  if (by_plugin.size() > 1) {
    return UsageError(absl::StrCat("several products are '", word,
                                   "'; name one of them: ", absl::StrJoin(by_plugin, ", ")));
  }
  // Nothing to choose from: the server says why.
  if (products.empty()) return NameArgument("products/{product}", word);
  return UnknownProduct(word, products);
}

struct LaunchFlags {
  std::string product;
  std::string account;
  std::string name;
  std::string version;
  std::vector<std::string> parameters;
  ChangeFlags change;
};

// What the request's `version` says: a product for its newest ACTIVE version, or a version.
absl::StatusOr<std::string> VersionOf(ControlPlane& control_plane, const LaunchFlags& flags) {
  if (absl::StrContains(flags.product, "/versions/")) {
    if (flags.version.empty()) return NameArgument(kVersionPattern, flags.product);
    return UsageError(
        absl::StrCat("'", flags.product, "' names a version already; leave out --version"));
  }
  std::string product = flags.product;
  if (absl::StrContains(product, "/")) {
    NAVE_ASSIGN_OR_RETURN(product, NameArgument("products/{product}", product));
  } else {
    NAVE_ASSIGN_OR_RETURN(product, FindProduct(control_plane, product));
  }
  if (flags.version.empty()) return product;
  return NameArgument(kVersionPattern, flags.version, {{"product", product}});
}

absl::Status RunLaunch(Session& session, const LaunchFlags& flags) {
  NAVE_RETURN_IF_ERROR(CheckChangeFlags(flags.change));
  catalog::v1::LaunchProductRequest request;
  catalog::v1::ProvisionedProduct& target = *request.mutable_provisioned_product();
  NAVE_ASSIGN_OR_RETURN(*target.mutable_name(), NameArgument(kProvisionedPattern, flags.name,
                                                             AccountParent(flags.account)));
  NAVE_RETURN_IF_ERROR(SetParameters(flags.parameters, {}, target.mutable_parameters()));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(*target.mutable_version(), VersionOf(*control_plane, flags));
  *request.mutable_mutation() = NewMutation(flags.change.plan);
  ChangeProductResponse response;
  NAVE_RETURN_IF_ERROR(control_plane->Call(
      "nave.catalog.v1.ProvisionedProductService/LaunchProduct", request, &response));
  return FinishChange(session, response, target.name(), flags.change);
}

void AddLaunch(CLI::App& root, Chosen& chosen) {
  auto flags = std::make_shared<LaunchFlags>();
  CLI::App* launch =
      AddCommand(root, chosen, "launch", "Launches a product, and waits until it is served",
                 "nave launch outbound --account spoke1 --name out --param vpc=main\n"
                 "nave launch private --account spoke1 --name dns --param vpc=main \\\n"
                 "  --param domain_name=spoke1.cloud.example.com\n"
                 "nave launch outbound --account spoke1 --name out --param vpc=main --plan",
                 [flags](Session& session) { return RunLaunch(session, *flags); });
  launch
      ->add_option("PRODUCT", flags->product,
                   "outbound, inbound, private, or a name such as products/outbound")
      ->required();
  launch->add_option("--account", flags->account, "The account in which it is launched");
  launch->add_option("--name", flags->name, "The id that you choose for it, or the whole name")
      ->required();
  launch->add_option("--version", flags->version, "The product's version; without it the newest");
  AddParameterFlag(*launch, flags->parameters);
  AddChangeFlags(*launch, flags->change);
}

}  // namespace

void AddProducts(CLI::App& root, Chosen& chosen) {
  AddLaunch(root, chosen);
  AddProvisioned(root, chosen);
}

}  // namespace nave::cli
