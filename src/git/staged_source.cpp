// SPDX-License-Identifier: MIT
#include "git/staged_source.hpp"

#include <sys/stat.h>

#include "git/repository_impl.hpp"

namespace rfsn::git {
namespace {

/// Above this, starting git costs less than reading the index through libgit2 (no cache-tree short cut, an allocation
/// an entry): measured, the lines cross at about a thousand entries.
constexpr long long max_index_bytes = 128LL << 10;

bool fits_libgit2(const Repository& repository) {
    const auto& impl = repository.impl();
    if (!impl.handle || !impl.odb) {
        return false;
    }
    struct stat info {};
    return stat(repository.index_path().c_str(), &info) != 0 || info.st_size <= max_index_bytes;
}

/// libgit2 until it answers `unsupported` or lacks an object; git from then on.
class FallbackSource final : public StagedSource {
   public:
    explicit FallbackSource(const Repository& repository)
        : first_(libgit2_source(repository)), second_(plumbing_source(repository)) {}

    [[nodiscard]] const char* name() const override { return fell_ ? second_->name() : first_->name(); }

    base::Result<model::Snapshot> snapshot(const Selection& selection) override {
        return ask([&](StagedSource& source) { return source.snapshot(selection); });
    }
    base::Result<std::optional<TreeEntry>> find(std::string_view tree, std::string_view path) override {
        return ask([&](StagedSource& source) { return source.find(tree, path); });
    }
    base::Result<std::vector<TreeEntry>> list(std::string_view tree, std::string_view dir) override {
        return ask([&](StagedSource& source) { return source.list(tree, dir); });
    }
    base::Result<std::vector<TreeEntry>> walk(std::optional<std::string_view> tree) override {
        return ask([&](StagedSource& source) { return source.walk(tree); });
    }
    base::Result<std::uint64_t> size(std::string_view blob) override {
        // Several threads read at once: `fell_` stays as it is.
        auto found = first_->size(blob);
        return found || !goes_on(found.error()) ? std::move(found) : second_->size(blob);
    }
    base::Result<std::string> read(std::string_view blob, std::uint64_t max_bytes) override {
        auto found = first_->read(blob, max_bytes);
        return found || !goes_on(found.error()) ? std::move(found) : second_->read(blob, max_bytes);
    }

   private:
    static bool goes_on(const base::Error& error) {
        return error.code == base::ErrorCode::unsupported || error.code == base::ErrorCode::not_found ||
               error.code == base::ErrorCode::external;
    }

    template <class Question>
    auto ask(const Question& question) -> decltype(question(std::declval<StagedSource&>())) {
        if (!fell_) {
            auto answer = question(*first_);
            if (answer || !goes_on(answer.error())) {
                return answer;
            }
            fell_ = true;
        }
        return question(*second_);
    }

    std::unique_ptr<StagedSource> first_;
    std::unique_ptr<StagedSource> second_;
    bool fell_ = false;
};

}  // namespace

base::Result<std::unique_ptr<StagedSource>> staged_source(const Repository& repository) {
    if (fits_libgit2(repository)) {
        return std::make_unique<FallbackSource>(repository);
    }
    return plumbing_source(repository);
}

}  // namespace rfsn::git
