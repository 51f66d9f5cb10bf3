// folder: base
// SPDX-License-Identifier: MIT
// The first byte chooses the format. What a parser accepts must survive being written as JSON and read again, and
// check_doc must agree with parse_doc but where a tree cannot be made.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/doc.hpp"

namespace {

using rfsn::base::DocFormat;

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

void feed(DocFormat format, std::string_view bytes) {
    const auto checked = rfsn::base::check_doc(format, bytes);
    if (format == DocFormat::yaml) {
        const auto stream = rfsn::base::parse_yaml_stream(bytes);
        require(!checked || !stream);
    }
    const auto doc = rfsn::base::parse_doc(format, bytes);
    require(!doc || !checked);
    if (doc) {
        const auto json = rfsn::base::to_json(*doc);
        const auto again = rfsn::base::parse_doc(DocFormat::json, json);
        require(again && rfsn::base::to_json(*again) == json);
        static_cast<void>(doc->at_path("a.0.b"));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    switch (data[0]) {
        case 'Y':
            feed(DocFormat::yaml, bytes);
            break;
        case 'T':
            feed(DocFormat::toml, bytes);
            break;
        case 'J':
            feed(DocFormat::json, bytes);
            break;
        case 'X':
            feed(DocFormat::xml, bytes);
            break;
        default:
            break;
    }
    return 0;
}
