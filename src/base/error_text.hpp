#pragma once

#include <exception>
#include <string>
#include <utility>

namespace troupe::detail {

/// What `code` gives; when it throws, what `failed` makes of the exception's text. The text is
/// taken where the exception is caught: an exception_ptr would have to be thrown again, and a throw
/// is most of what a failure costs.
template <class Code, class Failed>
auto with_error_text(Code&& code, Failed&& failed) {
  try {
    return std::forward<Code>(code)();
  } catch (const std::exception& error) {
    return failed(std::string(error.what()));
  } catch (const std::string& text) {
    return failed(std::string(text));
  } catch (const char* text) {
    return failed(std::string(text));
  } catch (...) {
    return failed(std::string("an exception that is no std::exception"));
  }
}

}  // namespace troupe::detail
