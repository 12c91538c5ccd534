// What a server says of itself in class CH: id.server and hostname.bind (RFC 4892), version.server
// and version.bind. Values; any thread.
#ifndef NAVE_RESOLVER_IDENTITY_H_
#define NAVE_RESOLVER_IDENTITY_H_

#include <string>

#include "resolver/answer.h"
#include "resolver/query.h"

namespace nave::resolver {

// What is empty is not told.
struct Identity {
  // For NSID (RFC 5001), id.server and hostname.bind.
  std::string node;
  // For version.server and version.bind.
  std::string version;
};

// Answers a question of class CH: TXT or ANY of one of the four names, REFUSED for all else.
void AnswerIdentity(const Query& query, const Identity& identity, Answer* answer);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_IDENTITY_H_
