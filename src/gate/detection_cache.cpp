// SPDX-License-Identifier: MIT
#include "gate/detection_cache.hpp"

#include <fstream>

#include "base/atomic_file.hpp"
#include "base/hash.hpp"
#include "base/kept_files.hpp"
#include "base/version.hpp"
#include "buildpack/detection_bytes.hpp"
#include "isolate/cache_root.hpp"

namespace rfsn::gate {
namespace {

constexpr std::size_t max_kept = 64;
constexpr std::uint64_t max_bytes = std::uint64_t{64} << 20;
constexpr std::size_t sha256_hex_size = 64;
constexpr std::streamoff trailer = 20;

/// An index ends with the checksum of all of it; one without (index.skipHash) is read whole.
std::string index_identity(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string end(static_cast<std::size_t>(trailer), '\0');
    if (!in.seekg(-trailer, std::ios::end) || !in.read(end.data(), trailer)) {
        return {};
    }
    if (end.find_first_not_of('\0') != std::string::npos) {
        return end;
    }
    const auto bytes = base::read_file(path, max_bytes);
    return bytes ? base::sha256_hex(*bytes) : std::string();
}

}  // namespace

DetectionCache::DetectionCache(const Session& session, std::string packs)
    : session_(&session), packs_(std::move(packs)) {
    const auto root = isolate::cache_root(session.env());
    if (root) {
        directory_ = root->path + "/detections";
        key_ = key();
    }
}

std::string DetectionCache::key() const {
    const auto index = index_identity(session_->repository().index_path());
    const auto own = base::file_identity("/proc/self/exe");  // another build may see other things in the same tree
    if (index.empty() || own.empty()) {
        return {};
    }
    base::Sha256 hash;
    hash.field("detection 1").field(base::version()).field(own).field(session_->repository().common_dir()).field(index);
    hash.field(packs_).field(session_->trust().state());
    return hash.hex();
}

std::optional<buildpack::Detection> DetectionCache::find() const {
    if (key_.empty()) {
        return std::nullopt;
    }
    const auto bytes = base::read_file(directory_ + "/" + key_, max_bytes);
    if (!bytes || bytes->size() < sha256_hex_size) {
        return std::nullopt;
    }
    const auto content = std::string_view(*bytes).substr(sha256_hex_size);
    if (base::sha256_hex(content) != bytes->substr(0, sha256_hex_size)) {
        return std::nullopt;
    }
    auto found = buildpack::detection_from_bytes(content);
    return found ? std::optional<buildpack::Detection>(std::move(*found)) : std::nullopt;
}

void DetectionCache::keep(const buildpack::Detection& detection) const {
    if (key_.empty() || key() != key_ || !base::make_directories(directory_, 0700)) {
        return;
    }
    const auto content = buildpack::to_bytes(detection);
    if (base::write_atomically(directory_ + "/" + key_, base::sha256_hex(content) + content, 0600)) {
        base::drop_oldest_files(directory_, max_kept);
    }
}

}  // namespace rfsn::gate
