// A key and a certificate for `localhost`, signed by itself, made when asked for.
#ifndef NAVE_TESTS_RESOLVER_TEST_CERTIFICATE_H_
#define NAVE_TESTS_RESOLVER_TEST_CERTIFICATE_H_

#include <string>

namespace nave::resolver {

struct TestCertificate {
  std::string key_pem;
  std::string cert_pem;
};

TestCertificate MakeTestCertificate();

}  // namespace nave::resolver

#endif  // NAVE_TESTS_RESOLVER_TEST_CERTIFICATE_H_
