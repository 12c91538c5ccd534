# The lab of docs/examples/landing-zone.yaml gets what a spoke has: the shared rules, the hub's zone, a zone of its own.
#   export NAVE_CONFIG=.../admin.context.yaml     # written by naved at its first start
#   terraform init && terraform apply
# The zone needs a grant: nave namespace-grant create lab --suffix lab.cloud.example.com --grantee accounts/lab
terraform {
  required_version = ">= 1.0"
  required_providers {
    nave = {
      source  = "nave.internal/nave/nave"
      version = "~> 0.1"
    }
  }
}

# Server, CA and token come from the context in NAVE_CONFIG.
provider "nave" {}

resource "nave_provisioned_product" "outbound" {
  name       = "accounts/lab/provisionedProducts/out"
  version    = "products/outbound"
  parameters = { vpc = ["main"] }
}

resource "nave_provisioned_product" "inbound" {
  name       = "accounts/lab/provisionedProducts/in"
  version    = "products/inbound"
  parameters = { vpc = ["main"] }
}

resource "nave_provisioned_product" "private" {
  name    = "accounts/lab/provisionedProducts/private"
  version = "products/private"
  parameters = {
    vpc         = ["main"]
    domain_name = ["lab.cloud.example.com"]
  }
}

# A product's zone has the product's id.
resource "nave_record_set" "app" {
  depends_on  = [nave_provisioned_product.private]
  zone        = "accounts/lab/zones/private"
  owner       = "app.lab.cloud.example.com"
  rrtype      = "A"
  ttl_seconds = 60
  rdata       = ["192.0.2.91"]
}
