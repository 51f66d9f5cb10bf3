// folder: patch
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "patch/journal.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    static_cast<void>(rfsn::patch::decode_journal(input));
    // With a checksum that holds, so that the reader behind it is reached.
    const std::string sealed = "rfsn-journal 1 " + rfsn::base::sha256_hex(input) + "\n" + std::string(input);
    const auto journal = rfsn::patch::decode_journal(sealed);
    if (journal && !rfsn::patch::decode_journal(rfsn::patch::encode(*journal))) {
        std::abort();
    }
    return 0;
}
