// folder: secrets
// SPDX-License-Identifier: MIT
// A hit lies inside the text; what redact() lets through holds none; mask() never fails.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "secrets/secrets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::size_t end = 0;
    for (const auto& hit : rfsn::secrets::scan(text)) {
        if (hit.offset < end || hit.length == 0 || hit.offset + hit.length > size || hit.line == 0 || hit.column == 0) {
            std::abort();
        }
        end = hit.offset + hit.length;
    }
    const auto redacted = rfsn::secrets::redact(text);
    if (redacted && !rfsn::secrets::scan_for_redaction(redacted->text()).empty()) {
        std::abort();
    }
    static_cast<void>(rfsn::secrets::mask(text));
    return 0;
}
