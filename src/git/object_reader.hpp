// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "git/repository_impl.hpp"

namespace rfsn::git {

enum class ObjectType { blob, tree, commit, tag };

struct Object {
    ObjectType type = ObjectType::blob;
    std::string bytes;
};
struct ObjectHeader {
    ObjectType type = ObjectType::blob;
    std::uint64_t size = 0;
};

/// Reads objects by hex id, as they are stored (replace refs do not count: they are not what is committed). Any thread.
class ObjectReader {
   public:
    virtual ~ObjectReader() = default;
    /// Errors: not_found, invalid (no object id), external.
    [[nodiscard]] virtual base::Result<ObjectHeader> header(std::string_view id) = 0;
    /// Errors: as header(), and limit (larger than max_bytes).
    [[nodiscard]] virtual base::Result<Object> read(std::string_view id, std::uint64_t max_bytes) = 0;
};

/// Through libgit2's object database, which is owned elsewhere.
class OdbReader final : public ObjectReader {
   public:
    explicit OdbReader(git_odb* odb) : odb_(odb) {}
    [[nodiscard]] base::Result<ObjectHeader> header(std::string_view id) override;
    [[nodiscard]] base::Result<Object> read(std::string_view id, std::uint64_t max_bytes) override;

   private:
    git_odb* odb_;
    std::mutex mutex_;
};

/// Through `git cat-file --batch`, started when first asked and kept open: any hash, promisors.
[[nodiscard]] std::unique_ptr<ObjectReader> cat_file_reader(const Repository& repository);
/// The odb where there is one, and cat-file for what it does not have.
[[nodiscard]] std::unique_ptr<ObjectReader> object_reader(const Repository& repository);

[[nodiscard]] base::Error object_missing(std::string_view id);
[[nodiscard]] base::Error object_too_large(std::string_view id, std::uint64_t size, std::uint64_t max_bytes);
/// 40 or 64 lower-case hex digits.
[[nodiscard]] bool is_object_id(std::string_view id);

}  // namespace rfsn::git
