// SPDX-License-Identifier: MIT
#include "policy/config_document.hpp"

#include <algorithm>
#include <cctype>

#include "base/doc.hpp"
#include "base/text.hpp"
#include "policy/source_text.hpp"

namespace rfsn::policy {
namespace {

using base::DocNode;
using Path = std::vector<std::string>;

/// JSON as tools read it: comments and a comma before a closing bracket are let pass.
std::string plain_json(std::string_view content) {
    constexpr std::string_view utf8_bom = "\xef\xbb\xbf";
    if (content.substr(0, utf8_bom.size()) == utf8_bom) {
        content.remove_prefix(utf8_bom.size());
    }
    const SourceViews views = source_views(content, Syntax::c);
    std::string out = views.text;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (views.code[i] != ',') {
            continue;
        }
        const auto next = views.code.find_first_not_of(" \t\r\n", i + 1);
        if (next != std::string::npos && (views.code[next] == '}' || views.code[next] == ']')) {
            out[i] = ' ';
        }
    }
    return out;
}

std::string first_line(std::string_view text) {
    return std::string(base::trim(text.substr(0, text.find('\n'))));
}

/// What an entry of a list of maps is called, so that it is known again where the list was put in another order.
std::string identity(const DocNode& node, std::size_t index) {
    for (const char* key :
         {"id", "name", "repo", "module", "key", "uses", "job", "run", "files", "path", "if", "image"}) {
        const DocNode* value = node.find(key);
        if (value != nullptr && value->is_list() && !value->items.empty()) {
            value = &value->items.front();
        }
        if (value != nullptr && !value->text.empty()) {
            return first_line(value->text);
        }
    }
    return std::to_string(index);
}

class Reader {
   public:
    void node(const DocNode& node, Path& path) {
        if (node.is_map()) {
            Setting keys{path, {}, true, node.at.line};
            for (const auto& [key, value] : node.entries) {
                keys.values.push_back(key);
            }
            add(std::move(keys));
            for (const auto& [key, value] : node.entries) {
                path.push_back(key);
                this->node(value, path);
                path.pop_back();
            }
            return;
        }
        if (!node.is_list()) {
            add({path, node.is_null() ? std::vector<std::string>{} : std::vector<std::string>{node.text}, false,
                 node.at.line});
            return;
        }
        Setting items{path, {}, true, node.at.line};
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            const DocNode& item = node.items[i];
            if (!item.is_map() && !item.is_list()) {
                items.values.push_back(item.text);
                continue;
            }
            const std::string id = item.is_map() ? identity(item, i) : std::to_string(i);
            items.values.push_back(id);
            path.push_back(id);
            this->node(item, path);
            path.pop_back();
        }
        add(std::move(items));
    }

    /// An XML element's children by name; one that only holds text is a setting.
    void element(const DocNode& node, Path& path) {
        for (const auto& [key, value] : node.entries) {
            if (key == "#text") {
                if (!base::trim(value.text).empty()) {
                    add({path,
                         {std::string(base::trim(value.text))},
                         false,
                         value.at.line != 0 ? value.at.line : node.at.line});
                }
            } else if (!key.empty() && key[0] == '@') {
                path.push_back(key.substr(1));
                add({path, {value.text}, false, node.at.line});
                path.pop_back();
            } else {
                for (const auto& child : value.items) {
                    std::string name = child.string_or("@name", child.string_or("@Id", ""));
                    if (const DocNode* id = child.find("artifactId");
                        key == "plugin" && id != nullptr && id->is_list() && !id->items.empty()) {
                        name = base::trim(id->items.front().string_or("#text", ""));
                    }
                    path.push_back(name.empty() || key == "property" ? key : key + ":" + name);
                    if (key == "property" || key == "Rule") {
                        path.back() = name;
                    }
                    element(child, path);
                    path.pop_back();
                }
            }
        }
    }

    void ini(std::string_view text, const std::map<std::string, std::string, std::less<>>& names,
             const std::string& tool) {
        Path section;
        Setting* last = nullptr;
        std::size_t number = 0;
        for (auto line : base::split_lines(text)) {
            ++number;
            const std::string_view trimmed = base::trim(line);
            if (trimmed.empty() || trimmed[0] == '#' || trimmed[0] == ';') {
                continue;
            }
            if (trimmed.front() == '[' && trimmed.back() == ']') {
                section = section_path(std::string(trimmed.substr(1, trimmed.size() - 2)), names, tool);
                last = nullptr;
            } else if (last != nullptr && (line[0] == ' ' || line[0] == '\t')) {
                append(*last, trimmed);
            } else if (const auto at = trimmed.find_first_of("=:"); at != std::string_view::npos) {
                Path path = section;
                path.emplace_back(base::trim(trimmed.substr(0, at)));
                settings_.push_back({std::move(path), {}, false, number});
                last = &settings_.back();
                append(*last, base::trim(trimmed.substr(at + 1)));
            }
        }
    }

    void lines(std::string_view text, const std::string& tool) {
        Setting all{{tool}, {}, true, 1};
        for (const auto line : base::split_lines(text)) {
            const std::string_view trimmed = base::trim(line);
            if (!trimmed.empty() && trimmed[0] != '#') {
                all.values.emplace_back(trimmed);
            }
        }
        add(std::move(all));
    }

    std::vector<Setting> take() { return std::move(settings_); }

   private:
    static Path section_path(std::string name, const std::map<std::string, std::string, std::less<>>& names,
                             const std::string& tool) {
        if (const auto known = names.find(name); known != names.end()) {
            name = known->second;
        }
        Path path;
        if (!tool.empty() && name.compare(0, tool.size(), tool) != 0) {
            path.push_back(tool);
        }
        if (name.compare(0, 5, "mypy-") == 0) {  // [mypy-package.*]: what overrides are elsewhere
            return {"mypy", "overrides", name.substr(5)};
        }
        for (const auto part : base::split(name, tool == "editorconfig" ? '\n' : '.')) {
            path.emplace_back(part);
        }
        return path;
    }
    static void append(Setting& setting, std::string_view value) {
        if (!value.empty()) {
            setting.several = setting.several || !setting.values.empty();
            setting.values.emplace_back(value);
        }
    }
    void add(Setting setting) { settings_.push_back(std::move(setting)); }

    std::vector<Setting> settings_;
};

/// clang-tidy's "Checks: '*,-a,b'": two lists of their own.
void split_clang_tidy(std::vector<Setting>& settings) {
    std::vector<Setting> more;
    for (const auto& setting : settings) {
        if (setting.name() != "clang-tidy.Checks") {
            continue;
        }
        Setting on{{"clang-tidy", "enabled"}, {}, true, setting.line};
        Setting off{{"clang-tidy", "disabled"}, {}, true, setting.line};
        for (const auto& value : setting.values) {
            for (const auto part : base::split(value, ',')) {
                const auto check = base::trim(part);
                if (!check.empty()) {
                    (check[0] == '-' ? off : on).values.emplace_back(check[0] == '-' ? check.substr(1) : check);
                }
            }
        }
        more.push_back(std::move(on));
        more.push_back(std::move(off));
    }
    settings.insert(settings.end(), more.begin(), more.end());
}

}  // namespace

std::string Setting::name() const {
    std::string out;
    for (const auto& part : path) {
        out += (out.empty() ? "" : ".") + part;
    }
    return out;
}

std::optional<std::vector<Setting>> read_settings(const ConfigForm& form,
                                                  const std::map<std::string, std::string, std::less<>>& names,
                                                  std::string_view content) {
    Reader reader;
    if (form.format == "ini") {
        reader.ini(content, names, form.tool);
        return reader.take();
    }
    if (form.format == "lines") {
        reader.lines(content, form.tool);
        return reader.take();
    }
    const bool json = form.format == "json";
    const auto format = json                    ? base::DocFormat::json
                        : form.format == "toml" ? base::DocFormat::toml
                        : form.format == "xml"  ? base::DocFormat::xml
                                                : base::DocFormat::yaml;
    const auto document = json ? base::parse_doc(format, plain_json(content)) : base::parse_doc(format, content);
    if (!document) {
        return std::nullopt;
    }
    const DocNode* root = &*document;
    Path path;
    if (!form.strip.empty()) {
        root = root->find(form.strip);
        if (root == nullptr) {
            return std::vector<Setting>{};
        }
    }
    if (!form.tool.empty()) {
        path.push_back(form.tool);
    }
    if (format == base::DocFormat::xml) {
        reader.element(*root, path);
    } else {
        reader.node(*root, path);
    }
    auto settings = reader.take();
    for (auto& setting : settings) {
        for (const std::size_t length : {std::size_t{2}, std::size_t{1}}) {
            if (setting.path.size() < length) {
                continue;
            }
            const auto known = names.find(length == 2 ? setting.path[0] + "." + setting.path[1] : setting.path[0]);
            if (known != names.end() && known->second.find('.') == std::string::npos) {
                setting.path.erase(setting.path.begin(), setting.path.begin() + static_cast<std::ptrdiff_t>(length));
                setting.path.insert(setting.path.begin(), known->second);
                break;
            }
        }
    }
    if (form.tool == "clang-tidy") {
        split_clang_tidy(settings);
    }
    return settings;
}

}  // namespace rfsn::policy
