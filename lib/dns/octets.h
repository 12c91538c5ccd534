// Numbers of two and four octets in network order, at places that hold them. Functions; any thread.
#ifndef NAVE_LIB_DNS_OCTETS_H_
#define NAVE_LIB_DNS_OCTETS_H_

#include <cstdint>

namespace nave::dns {

inline uint16_t LoadU16(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }
inline uint32_t LoadU32(const uint8_t* at) { return uint32_t{LoadU16(at)} << 16 | LoadU16(at + 2); }

inline void StoreU16(uint16_t value, uint8_t* at) {
  at[0] = static_cast<uint8_t>(value >> 8);
  at[1] = static_cast<uint8_t>(value);
}
inline void StoreU32(uint32_t value, uint8_t* at) {
  StoreU16(static_cast<uint16_t>(value >> 16), at);
  StoreU16(static_cast<uint16_t>(value), at + 2);
}

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_OCTETS_H_
