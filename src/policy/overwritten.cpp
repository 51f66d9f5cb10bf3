// SPDX-License-Identifier: MIT
#include "policy/overwritten.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <re2/re2.h>

#include "base/text.hpp"

namespace rfsn::policy {
namespace {

/// What a unit stands in: the line of its class (or function, or `if`), and the class's name.
struct Scope {
    std::size_t head = std::string_view::npos;  ///< npos: the module
    std::size_t depth = 0;                      ///< indentation of what stands in it
    std::string name;                           ///< of a class
};
Scope scope_of(std::string_view code, std::size_t at) {
    static const re2::RE2 class_head(R"(^\s*class\s+(\w+))");
    Scope scope;
    scope.depth = indent_of(line_at(code, at));
    for (std::size_t begin = line_start(code, at); begin > 0 && scope.depth > 0;) {
        begin = line_start(code, begin - 1);
        const std::string_view line = line_at(code, begin);
        if (!base::trim(line).empty() && indent_of(line) < scope.depth) {
            scope.head = begin;
            re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), class_head, &scope.name);
            return scope;
        }
    }
    return scope;
}

/// Where names are given to something, by name ("f", "TestA.f"), last place. `text`: names in strings, too.
std::map<std::string, std::vector<std::pair<std::size_t, std::size_t>>> takings(const SourceViews& views) {
    // Of what binds a name, the place and the indentation.
    static const re2::RE2 bind(
        R"((?m)^([ \t]*)(?:(\w+(?:\.\w+)?)[ \t]*(?::[ \t]*[\w.\[\], ]+)?=[^=]|del[ \t]+(\w+(?:\.\w+)?)\b|class[ \t]+(\w+)|import[ \t]+[\w.]+[ \t]+as[ \t]+(\w+)|from[ \t]+[\w.]+[ \t]+import[ \t]+\(?([\w, \t\n]+)\)?))");
    static const re2::RE2 by_string(
        R"((?m)^([ \t]*)(?:(?:setattr|delattr)\([ \t]*(\w+)[ \t]*,[ \t]*["'](\w+)["']|(?:del[ \t]+)?(?:globals|vars|locals)\(\)(?:\[[ \t]*|\.(?:pop|update|__setitem__|__delitem__)\([ \t]*\{?[ \t]*)["'](\w+)["']))");
    std::map<std::string, std::vector<std::pair<std::size_t, std::size_t>>> out;
    re2::StringPiece rest(views.code);
    std::string indent, plain, deleted, type, alias, imported;
    while (re2::RE2::FindAndConsume(&rest, bind, &indent, &plain, &deleted, &type, &alias, &imported)) {
        const std::size_t at = views.code.size() - rest.size() - 1;
        for (const auto& name : {plain, deleted, type, alias}) {
            if (!name.empty()) {
                out[name].emplace_back(at, indent.size());
            }
        }
        for (const auto part : base::split(imported, ',')) {
            std::string_view name = base::trim(part);
            if (const auto as = name.rfind(" as "); as != std::string_view::npos) {
                name = base::trim(name.substr(as + 4));
            }
            name = name.substr(0, name.find_first_of(" \t\n"));
            if (!name.empty()) {
                out[std::string(name)].emplace_back(at, indent.size());
            }
        }
    }
    re2::StringPiece text(views.text);
    std::string owner, member, global;
    while (re2::RE2::FindAndConsume(&text, by_string, &indent, &owner, &member, &global)) {
        const std::size_t at = views.text.size() - text.size() - 1;
        out[global.empty() ? owner + "." + member : global].emplace_back(at, indent.size());
    }
    return out;
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> drop_overwritten(const SourceViews& views,
                                                                  std::vector<TestUnit>& units) {
    const std::string_view code = views.code;
    std::vector<Scope> scopes;
    std::map<std::pair<std::size_t, std::string>, std::size_t> last;  // of the tests of a name in a scope
    for (std::size_t i = 0; i < units.size(); ++i) {
        scopes.push_back(scope_of(code, units[i].begin));
        last[{scopes[i].head, units[i].name}] = i;
    }
    const auto taken = takings(views);
    const auto is_taken = [&](const std::string& name, std::size_t after, std::size_t depth) {
        const auto found = taken.find(name);
        return found != taken.end() && std::any_of(found->second.begin(), found->second.end(), [&](const auto& place) {
                   return place.first > after && place.second == depth;
               });
    };
    std::vector<std::pair<std::size_t, std::size_t>> dead;
    std::vector<TestUnit> kept;
    for (std::size_t i = 0; i < units.size(); ++i) {
        const Scope& scope = scopes[i];
        TestUnit& unit = units[i];
        bool gone = last[{scope.head, unit.name}] != i;
        if (scope.name.empty()) {
            gone = gone || is_taken(unit.name, unit.end, 0);
        } else {
            // In the class's own body, before its end; by its name from outside; or with the class itself.
            const std::size_t class_depth = indent_of(line_at(code, scope.head));
            const std::size_t line_end = std::min(code.find('\n', scope.head), code.size());
            std::size_t end = line_end;
            while (end < code.size()) {
                const std::string_view line = line_at(code, end + 1);
                if (end + 1 >= code.size() || (!base::trim(line).empty() && indent_of(line) <= class_depth)) {
                    break;
                }
                end += 1 + line.size();
            }
            const auto inside = taken.find(unit.name);
            gone = gone ||
                   (inside != taken.end() && std::any_of(inside->second.begin(), inside->second.end(),
                                                         [&](const auto& place) {
                                                             return place.first > unit.end && place.first < end &&
                                                                    place.second == scope.depth;
                                                         })) ||
                   is_taken(scope.name + "." + unit.name, unit.end, 0) ||
                   (class_depth == 0 && is_taken(scope.name, unit.end, 0));
        }
        if (gone) {
            dead.emplace_back(unit.begin, unit.end);
        } else {
            kept.push_back(std::move(unit));
        }
    }
    units = std::move(kept);
    return dead;
}

}  // namespace rfsn::policy
