#include "plugins/plugins.h"

#include "plugins/inbound/inbound.h"
#include "plugins/outbound/outbound.h"
#include "plugins/private_dns/private_dns.h"

namespace nave::plugins {

catalog::ProductList AllProducts() {
  catalog::ProductList products;
  products.push_back(std::make_unique<Outbound>());
  products.push_back(std::make_unique<Inbound>());
  products.push_back(std::make_unique<PrivateDns>());
  return products;
}

}  // namespace nave::plugins
