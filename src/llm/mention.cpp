// SPDX-License-Identifier: MIT
#include "llm/mention.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include <re2/re2.h>

#include "base/text.hpp"

namespace rfsn::llm {
namespace {

constexpr std::size_t max_text = std::size_t{512} << 10;
constexpr std::size_t max_line = 4000;
constexpr std::size_t max_mentions = 200;

class Collected {
   public:
    void add(std::string path, const std::string& digits) {
        std::uint32_t line = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), line);
        std::replace(path.begin(), path.end(), '\\', '/');
        if (path.rfind("file://", 0) == 0) {
            path.erase(0, 7);
        }
        while (path.rfind("./", 0) == 0) {
            path.erase(0, 2);
        }
        if (line == 0 || path.empty() || mentions.size() >= max_mentions || !seen_.insert({path, line}).second) {
            return;
        }
        mentions.push_back({std::move(path), line});
    }
    std::vector<Mention> mentions;

   private:
    std::set<std::pair<std::string, std::uint32_t>> seen_;
};

/// com.acme.shop.Cart$Item.total and Cart.java: com/acme/shop/Cart.java.
std::string java_path(const std::string& method, const std::string& file) {
    std::string path;
    for (const auto part : base::split(method, '.')) {
        if (part.empty() || (part.front() >= 'A' && part.front() <= 'Z')) {
            break;
        }
        path.append(part).push_back('/');
    }
    return path + file;
}

}  // namespace

std::vector<Mention> mentions(std::string_view text) {
    static const re2::RE2 python(R"re(File "([^"]+)", line (\d{1,9}))re");
    static const re2::RE2 dotnet(R"re(\bin ((?:[A-Za-z]:)?[^:*?"<>|]+\.\w{1,8}):line (\d{1,9}))re");
    static const re2::RE2 java(
        R"re(\bat (?:[\w.@-]*/)*([\w.$]+)\.[\w$<>]+\((\w+\.(?:java|kt|kts|scala|groovy)):(\d{1,9})\))re");
    static const re2::RE2 general(
        R"re(((?:[A-Za-z]:[\\/]|file://)?[^\s:()\[\]{}'"`<>|,;=*?]+\.[A-Za-z]\w{0,7})(?::\[?|\()(\d{1,9})\b)re");
    if (text.size() > max_text) {
        text = text.substr(text.size() - max_text);
    }
    const std::string plain = base::strip_ansi(text);
    Collected found;
    for (auto line : base::split_lines(plain)) {
        line = line.substr(0, max_line);
        const re2::StringPiece whole(line.data(), line.size());
        std::string path, number, method;
        if (re2::RE2::PartialMatch(whole, python, &path, &number) ||
            re2::RE2::PartialMatch(whole, dotnet, &path, &number)) {
            found.add(std::move(path), number);
            continue;
        }
        if (re2::RE2::PartialMatch(whole, java, &method, &path, &number)) {
            found.add(java_path(method, path), number);
            continue;
        }
        re2::StringPiece rest = whole;
        while (re2::RE2::FindAndConsume(&rest, general, &path, &number)) {
            found.add(std::move(path), number);
            path.clear();
        }
    }
    return std::move(found.mentions);
}

}  // namespace rfsn::llm
