// One view with the targets around it, for tables of cases: records in presentation form go in, an
// answer in one line comes out. One thread.
#ifndef NAVE_TESTS_RESOLVER_VIEW_WORLD_H_
#define NAVE_TESTS_RESOLVER_VIEW_WORLD_H_

#include <map>
#include <string>
#include <vector>

#include "nave/resolver/v1/snapshot.pb.h"
#include "resolver/cache.h"
#include "resolver/walk.h"

namespace nave::resolver {

class ViewWorld {
 public:
  using Records = std::vector<std::string>;

  // Each object is named by its kind and suffix, such as `zone one.example.`.
  ViewWorld& Zone(const std::string& apex, const Records& records, bool fallback = false);
  ViewWorld& Forward(const std::string& domain, const std::string& target);
  ViewWorld& System(const std::string& domain);
  ViewWorld& Recursive(const std::string& domain);
  // The RECURSIVE default.
  ViewWorld& Resolver(const std::string& address);
  // What answers at an address: the chain that the records have, NODATA, or NXDOMAIN. An address
  // without records does not answer.
  ViewWorld& Target(const std::string& address, const Records& records);

  // "NOERROR AA | one.example. 60 IN CNAME ...": RCODE, AA if set, answers in their order.
  std::string Ask(const std::string& qname, const std::string& qtype = "A", bool rd = true);

  // Of the last Ask: "192.0.2.1 www.example. A", in order.
  const std::vector<std::string>& asked() const { return asked_; }
  // The extended errors, each "Name: text".
  const std::vector<std::string>& errors() const { return errors_; }
  // The owners of the SOA records in the authority section.
  const std::vector<std::string>& soas() const { return soas_; }

 private:
  std::shared_ptr<const Reply> AskTarget(const Walk& walk);
  v1::Rule* AddRule(const std::string& domain, v1::Rule::Kind kind, const std::string& word);

  v1::Snapshot state_;
  std::map<std::string, Records> targets_;
  std::vector<std::string> asked_;
  std::vector<std::string> errors_;
  std::vector<std::string> soas_;
};

}  // namespace nave::resolver

#endif  // NAVE_TESTS_RESOLVER_VIEW_WORLD_H_
