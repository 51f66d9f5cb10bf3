// folder: observe
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <cstdlib>
#include <string>

#include "observe/audit_record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto line = rfsn::observe::read_audit_line(bytes)) {
        if (line->size > size || rfsn::observe::write_audit_line(line->json, line->mac).size() > line->size) {
            std::abort();
        }
        if (const auto parsed = rfsn::observe::record_from_json(line->json)) {
            const std::string again = rfsn::observe::to_json(parsed->record, parsed->chain);
            if (!rfsn::observe::record_from_json(again)) {
                std::abort();
            }
        }
    }
    static_cast<void>(rfsn::observe::head_from_json(bytes));
    return 0;
}
