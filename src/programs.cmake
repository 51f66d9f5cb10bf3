# The three programs.
add_executable(git-rfsn main.cpp)
target_link_libraries(git-rfsn PRIVATE rfsn_options rfsn::cli)

add_executable(rfsn-exec exec/main.cpp)
target_link_libraries(rfsn-exec PRIVATE rfsn_options)

add_executable(rfsn-net net/main.cpp)
target_link_libraries(rfsn-net PRIVATE rfsn_options rfsn::net)

if(RFSN_LINK STREQUAL "static")
  # libgit2's start reads the CA bundle (3.4 ms) and sets up SSH for remotes that we never open; GSSAPI has no archive.
  target_sources(git-rfsn PRIVATE link/git2_stubs.c)
  target_link_options(git-rfsn PRIVATE -static-pie -Wl,--gc-sections
    -Wl,--wrap=git_mbedtls_stream_global_init -Wl,--wrap=git_transport_ssh_global_init)
  target_link_options(rfsn-exec PRIVATE -static-pie -Wl,--gc-sections)
endif()

install(TARGETS git-rfsn RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS rfsn-net rfsn-exec RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/git-rfsn)
