// SPDX-License-Identifier: Apache-2.0
#include <nghttp2/nghttp2.h>

// `nghttp2_session_mem_recv2` and `mem_send2` came with 1.60; the older names are deprecated there.
static inline long long tributary_nghttp2_recv(nghttp2_session *session, const uint8_t *in,
                                               size_t length) {
#if NGHTTP2_VERSION_NUM >= 0x013c00
  return (long long)nghttp2_session_mem_recv2(session, in, length);
#else
  return (long long)nghttp2_session_mem_recv(session, in, length);
#endif
}

static inline long long tributary_nghttp2_send(nghttp2_session *session, const uint8_t **out) {
#if NGHTTP2_VERSION_NUM >= 0x013c00
  return (long long)nghttp2_session_mem_send2(session, out);
#else
  return (long long)nghttp2_session_mem_send(session, out);
#endif
}
