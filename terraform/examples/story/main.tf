# The spokes of docs/examples/landing-zone.yaml launch the three products; the hub gets a zone of its own for services,
# and the lab, which launches nothing, one shared rule.
#   export NAVE_CONFIG=.../admin.context.yaml     # written by naved at its first start
#   terraform init && terraform apply
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

locals {
  spokes = {
    spoke1 = "198.51.100.1"
    spoke2 = "198.51.100.2"
  }
}

# Names of other spokes and on-premises: every rule that the hub shares.
resource "nave_provisioned_product" "outbound" {
  for_each   = local.spokes
  name       = "accounts/${each.key}/provisionedProducts/out"
  version    = "products/outbound"
  parameters = { vpc = ["main"] }
}

# A zone of each spoke's own, answered in its VPC and in the hub's.
resource "nave_provisioned_product" "private" {
  for_each = local.spokes
  name     = "accounts/${each.key}/provisionedProducts/private"
  version  = "products/private"
  parameters = {
    vpc         = ["main"]
    domain_name = ["${each.key}.cloud.example.com"]
  }
}

# The hub's zone in the first spoke.
resource "nave_provisioned_product" "inbound" {
  name       = "accounts/spoke1/provisionedProducts/in"
  version    = "products/inbound"
  parameters = { vpc = ["main"] }
}

# A product's zone has the product's id. Written like this, and not as outputs["zone"][0], the record sets stay in their
# place when an update of the product makes its outputs unknown until they are applied.
resource "nave_record_set" "app" {
  for_each    = local.spokes
  depends_on  = [nave_provisioned_product.private]
  zone        = "accounts/${each.key}/zones/private"
  owner       = "app.${each.key}.cloud.example.com"
  rrtype      = "A"
  ttl_seconds = 60
  rdata       = [each.value]
}

# A zone of the hub without a product, answered in the hub's VPC and so, by the shared rule, in the spokes.
resource "nave_zone" "services" {
  name        = "accounts/hub/zones/services"
  domain_name = "Services.cloud.example.com"
  comment     = "What the platform team runs"
  labels      = { team = "platform" }
}

resource "nave_zone_association" "services" {
  name = "${nave_zone.services.name}/associations/hub"
  vpc  = "accounts/hub/vpcs/hub"
}

resource "nave_record_set" "wiki" {
  zone        = nave_zone.services.name
  owner       = "wiki.services.cloud.example.com"
  rrtype      = "A"
  ttl_seconds = 60
  rdata       = ["192.0.2.10", "192.0.2.11"]
}

resource "nave_record_set" "mail" {
  zone        = nave_zone.services.name
  owner       = "services.cloud.example.com."
  rrtype      = "mx"
  ttl_seconds = 3600
  rdata       = ["10 Wiki.services.cloud.example.com"]
}

# The lab resolves names on-premises, and nothing else.
resource "nave_rule_association" "lab" {
  name = "accounts/lab/ruleAssociations/main-corp"
  rule = "accounts/hub/rules/corp"
  vpc  = "accounts/lab/vpcs/main"
}

output "name_servers" {
  description = "Where to ask with dig, by spoke."
  value       = { for spoke, product in nave_provisioned_product.private : spoke => product.outputs["name_servers"] }
}
