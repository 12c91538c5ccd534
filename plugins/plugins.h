// The one list of the products that are built in. Any thread.
#ifndef NAVE_PLUGINS_PLUGINS_H_
#define NAVE_PLUGINS_PLUGINS_H_

#include "catalog/product.h"

namespace nave::plugins {

// Each product once.
catalog::ProductList AllProducts();

}  // namespace nave::plugins

#endif  // NAVE_PLUGINS_PLUGINS_H_
