// SPDX-License-Identifier: MIT
// Build tool: turns data files into a C++ table. rfsn-embed [--yaml] FOLDER TABLE OUT FILE...
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

namespace {

nlohmann::ordered_json scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") {  // quoted
        return text;
    }
    if (text == "true" || text == "false") {
        return text == "true";
    }
    std::int64_t integer = 0;
    if (YAML::convert<std::int64_t>::decode(node, integer) && text.find_first_of("xX.") == std::string::npos) {
        return integer;
    }
    return text;
}

nlohmann::ordered_json convert(const YAML::Node& node) {
    switch (node.Type()) {
        case YAML::NodeType::Scalar:
            return scalar(node);
        case YAML::NodeType::Sequence: {
            auto list = nlohmann::ordered_json::array();
            for (const auto& item : node) {
                list.push_back(convert(item));
            }
            return list;
        }
        case YAML::NodeType::Map: {
            auto map = nlohmann::ordered_json::object();
            std::set<std::string> seen;
            for (const auto& entry : node) {
                const auto key = entry.first.as<std::string>();
                if (!seen.insert(key).second) {
                    const auto mark = entry.first.Mark();
                    throw std::runtime_error("line " + std::to_string(mark.line + 1) + ": repeated key '" + key + "'");
                }
                map[key] = convert(entry.second);
            }
            return map;
        }
        case YAML::NodeType::Null:
        case YAML::NodeType::Undefined:
            break;
    }
    return nullptr;
}

std::string counted(std::size_t number) {
    std::string out;
    while (number >= 0x80) {
        out += static_cast<char>(number | 0x80U);
        number >>= 7U;
    }
    return out + static_cast<char>(number);
}

std::string sized(const std::string& bytes) {
    return counted(bytes.size()) + bytes;
}

/// As base/packed_doc.hpp reads it.
std::string packed(const nlohmann::ordered_json& value) {
    if (value.is_boolean()) {
        return value.get<bool>() ? "T" : "F";
    }
    if (value.is_number_integer()) {
        return "I" + sized(value.dump());
    }
    if (value.is_string()) {
        return "S" + sized(value.get<std::string>());
    }
    if (!value.is_structured()) {
        return "N";
    }
    std::string out = (value.is_array() ? "L" : "M") + counted(value.size());
    for (const auto& [key, item] : value.items()) {
        out += (value.is_array() ? "" : sized(key)) + packed(item);
    }
    return out;
}

void write_literal(std::ostream& out, const std::string& bytes) {
    constexpr std::size_t chunk = 100;
    for (std::size_t i = 0; i < bytes.size() || i == 0; i += chunk) {
        out << "        \"";
        for (const char c : bytes.substr(i, chunk)) {
            const auto byte = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') {
                out << '\\' << c;
            } else if (byte >= 0x20 && byte < 0x7f && c != '?') {
                out << c;
            } else {
                const char digits[] = {'\\', static_cast<char>('0' + (byte >> 6)),
                                       static_cast<char>('0' + ((byte >> 3) & 7)), static_cast<char>('0' + (byte & 7))};
                out.write(digits, sizeof digits);
            }
        }
        out << "\"\n";
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> args(argv + 1, argv + argc);
    const bool yaml = !args.empty() && args[0] == "--yaml";
    if (yaml) {
        args.erase(args.begin());
    }
    if (args.size() < 4) {
        std::cerr << "usage: rfsn-embed [--yaml] FOLDER TABLE OUT FILE...\n";
        return 2;
    }
    std::ofstream out(args[2], std::ios::binary);
    out << "#include <array>\n#include \"base/embedded.hpp\"\nnamespace rfsn::" << args[0]
        << " {\nstd::span<const base::EmbeddedFile> " << args[1] << "();\nstd::span<const base::EmbeddedFile> "
        << args[1] << "() {\n    using namespace std::string_view_literals;\n"
        << "    static constexpr std::array files{\n";
    for (std::size_t i = 3; i < args.size(); ++i) {
        std::ifstream in(args[i], std::ios::binary);
        std::string bytes((std::istreambuf_iterator<char>(in)), {});
        if (!in) {
            std::cerr << args[i] << ": cannot read\n";
            return 1;
        }
        try {
            if (yaml) {
                bytes = packed(convert(YAML::Load(bytes)));
            }
        } catch (const std::exception& error) {
            std::cerr << args[i] << ": " << error.what() << '\n';
            return 1;
        }
        // With its size, for packed bytes may hold a NUL.
        out << "      base::EmbeddedFile{\"" << args[i].substr(args[i].rfind('/') + 1) << "\"sv, {\n";
        write_literal(out, bytes);
        out << "        , " << bytes.size() << "}},\n";
    }
    out << "    };\n    return files;\n}\n}  // namespace rfsn::" << args[0] << "\n";
    out.close();
    return out ? 0 : 1;
}
