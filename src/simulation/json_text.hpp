#pragma once

#include <string>
#include <string_view>

namespace troupe::detail {

/// Appends the text without what is no UTF-8: each wrong byte becomes U+FFFD.
void append_utf8(std::string& out, std::string_view text);
/// Appends the text as a JSON string, which may also stand within an HTML script element.
void append_json(std::string& out, std::string_view text);

}  // namespace troupe::detail
