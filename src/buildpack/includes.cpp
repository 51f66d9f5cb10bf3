// SPDX-License-Identifier: MIT
#include "buildpack/includes.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <tuple>

#include <re2/re2.h>

#include "buildpack/tree.hpp"

namespace rfsn::buildpack {
namespace {

/// Beyond these, a source of the same name is all that is looked for.
constexpr std::size_t max_sources = 10'000;
constexpr std::size_t max_directories = 10'000;

bool has_extension(std::string_view path, const std::vector<std::string>& extensions) {
    const auto name = name_of(path);
    return std::any_of(extensions.begin(), extensions.end(), [&](const std::string& extension) {
        return name.size() > extension.size() && name.substr(name.size() - extension.size()) == extension;
    });
}

std::string_view stem_of(std::string_view path) {
    const auto name = name_of(path);
    return name.substr(0, name.find('.'));
}

/// How many directories lie between two files.
std::size_t distance(std::string_view a, std::string_view b) {
    std::size_t common = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()) && a[i] == b[i]; ++i) {
        common = a[i] == '/' ? i + 1 : common;
    }
    const auto deep = [&](std::string_view path) {
        return static_cast<std::size_t>(
            std::count(path.begin() + static_cast<std::ptrdiff_t>(common), path.end(), '/'));
    };
    return deep(a) + deep(b);
}

class Search {
   public:
    Search(const CheckSpec& spec, const model::Project& project, const git::TreeView& view,
           const std::vector<std::string>& files, const BuildRecords& records)
        : spec_(spec), tree_(view), records_(records), staged_(files.begin(), files.end()) {
        collect(project.root == "." ? "" : project.root);
    }

    /// The best source that includes the header, or "".
    std::string source_for(const std::string& header) {
        if (auto recorded = recorded_for(header); !recorded.empty()) {
            return recorded;
        }
        std::set<std::string> seen{header};
        std::vector<std::string> level{header};
        while (!level.empty()) {
            std::vector<std::string> next;
            std::string best;
            for (const auto& target : level) {
                for (auto& path : includers(target)) {
                    if (has_extension(path, spec_.extensions)) {
                        best = best.empty() || better(path, best, header) ? path : best;
                    } else if (seen.insert(path).second) {
                        next.push_back(std::move(path));
                    }
                }
            }
            if (!best.empty()) {
                return best;
            }
            level = std::move(next);
        }
        return {};
    }

   private:
    [[nodiscard]] std::string recorded_for(const std::string& header) const {
        std::string best;
        const auto known = records_.includers.find(header);
        for (const auto& path : known == records_.includers.end() ? std::set<std::string>{} : known->second) {
            if (std::find(files_.begin(), files_.end(), path) != files_.end() &&
                has_extension(path, spec_.extensions)) {
                best = best.empty() || better(path, best, header) ? path : best;
            }
        }
        return best;
    }

    void collect(const std::string& root) {
        std::deque<std::string> waiting{root};
        std::size_t directories = 0;
        while (!waiting.empty() && ++directories <= max_directories && files_.size() <= max_sources) {
            const std::string directory = std::move(waiting.front());
            waiting.pop_front();
            const auto listing = tree_.list(directory);
            if (!listing) {
                continue;
            }
            for (const auto& name : (*listing)->files) {
                if (has_extension(name, spec_.extensions) || has_extension(name, spec_.headers)) {
                    files_.push_back(join(directory, name));
                }
            }
            for (const auto& name : (*listing)->directories) {
                if (name.front() != '.' && name != "node_modules") {
                    waiting.push_back(join(directory, name));
                }
            }
        }
    }

    [[nodiscard]] bool better(const std::string& a, const std::string& b, const std::string& header) const {
        const auto rank = [&](const std::string& path) {
            return std::make_tuple(records_.compiled.count(path) == 0, staged_.count(path) == 0,
                                   stem_of(path) != stem_of(header), distance(path, header), path.size(), path);
        };
        return rank(a) < rank(b);
    }

    std::vector<std::string> includers(const std::string& target) {
        std::vector<std::string> found;
        const auto& by_name = lines_by_name();
        const auto known = by_name.find(std::string(name_of(target)));
        for (const auto& line : known == by_name.end() ? std::vector<Line>{} : known->second) {
            if (means(line, target)) {
                found.push_back(files_[line.file]);
            }
        }
        found.erase(std::unique(found.begin(), found.end()), found.end());
        return found;
    }

    struct Line {
        std::size_t file = 0;
        std::string text;
    };

    /// Every #include of the project by the last component of what it names; each file is read once.
    const std::map<std::string, std::vector<Line>>& lines_by_name() {
        static const RE2 include(R"re((?m)^[ \t]*#[ \t]*(?:include|import)[ \t]*[<"]([^>"\n]+)[>"])re");
        if (read_) {
            return lines_;
        }
        read_ = true;
        for (std::size_t i = 0; i < files_.size(); ++i) {
            const auto text = tree_.read(files_[i]);
            if (!text || *text == nullptr) {
                continue;
            }
            re2::StringPiece rest(**text);
            std::string named;
            while (RE2::FindAndConsume(&rest, include, &named)) {
                std::replace(named.begin(), named.end(), '\\', '/');
                lines_[std::string(name_of(named))].push_back({i, named});
            }
        }
        return lines_;
    }

    bool means(const Line& line, const std::string& target) {
        const auto beside = normal(join(std::string(directory_of(files_[line.file])), line.text));
        if (beside && *beside == target) {
            return true;
        }
        const auto named = normal(line.text);
        if (!named || named->empty()) {
            return false;
        }
        const bool ends_so =
            *named == target || (target.size() > named->size() && target[target.size() - named->size() - 1] == '/' &&
                                 target.compare(target.size() - named->size(), named->size(), *named) == 0);
        if (!ends_so) {
            return false;
        }
        const auto nearer = beside ? tree_.exists(*beside) : base::Result<bool>(false);
        return !nearer || !*nearer;
    }

    const CheckSpec& spec_;
    Tree tree_;
    const BuildRecords& records_;
    std::set<std::string> staged_;
    std::vector<std::string> files_;
    bool read_ = false;
    std::map<std::string, std::vector<Line>> lines_;
};

}  // namespace

bool is_header_of(const CheckSpec& spec, std::string_view path) {
    return has_extension(path, spec.headers);
}

std::map<std::string, std::string> including_sources(const CheckSpec& spec, const model::Project& project,
                                                     const git::TreeView& view, const std::vector<std::string>& files,
                                                     const BuildRecords& records) {
    std::map<std::string, std::string> sources;
    std::optional<Search> search;
    for (const auto& path : files) {
        if (!is_header_of(spec, path)) {
            continue;
        }
        if (!search) {
            search.emplace(spec, project, view, files, records);
        }
        auto source = search->source_for(path);
        if (!source.empty()) {
            sources.emplace(path, std::move(source));
        }
    }
    return sources;
}

}  // namespace rfsn::buildpack
