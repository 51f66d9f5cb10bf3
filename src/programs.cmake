# The three programs.
add_executable(git-rfsn main.cpp)
target_link_libraries(git-rfsn PRIVATE rfsn_options rfsn::cli)

add_executable(rfsn-exec exec/main.cpp)
target_link_libraries(rfsn-exec PRIVATE rfsn_options rfsn::lib::seccomp)

add_executable(rfsn-net net/main.cpp)
target_link_libraries(rfsn-net PRIVATE rfsn_options rfsn::net)

if(RFSN_LINK STREQUAL "static")
  # libgit2's start reads the CA bundle (3.4 ms) and sets up SSH for remotes that we never open; GSSAPI has no archive.
  target_sources(git-rfsn PRIVATE link/git2_stubs.c)
  # A fixed address saves the relocations of static-pie at every start. The start files are named one by one, because those that -static
  # takes (crtbeginT.o) have no table of exception frames, and the first throw would cost 6 ms.
  foreach(object crt1.o crti.o crtbegin.o crtend.o crtn.o)
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=${object} OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(NOT EXISTS "${found}")
      message(FATAL_ERROR "the static link needs ${object}, and ${CMAKE_CXX_COMPILER} does not know where it is")
    endif()
    set(start_${object} ${found})
  endforeach()
  set_target_properties(git-rfsn PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_link_options(git-rfsn PRIVATE -static -no-pie -nostartfiles -Wl,--eh-frame-hdr -Wl,--gc-sections -Wl,-s
    ${start_crt1.o} ${start_crti.o} ${start_crtbegin.o}
    -Wl,--wrap=git_mbedtls_stream_global_init -Wl,--wrap=git_transport_ssh_global_init)
  target_link_libraries(git-rfsn PRIVATE ${start_crtend.o} ${start_crtn.o})
  target_link_options(rfsn-exec PRIVATE -static-pie -Wl,--gc-sections)
endif()

# The man page and the completions come out of the option table.
set(docs ${CMAKE_BINARY_DIR}/share)
set(made "")
foreach(pair "man|man/man1/git-rfsn.1" "bash|bash-completion/completions/git-rfsn" "zsh|zsh/site-functions/_git-rfsn"
        "fish|fish/vendor_completions.d/git-rfsn.fish")
  string(REPLACE "|" ";" pair "${pair}")
  list(GET pair 0 kind)
  list(GET pair 1 file)
  get_filename_component(directory ${docs}/${file} DIRECTORY)
  add_custom_command(OUTPUT ${docs}/${file}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${directory}
    COMMAND git-rfsn completion ${kind} > ${docs}/${file} DEPENDS git-rfsn VERBATIM)
  list(APPEND made ${docs}/${file})
endforeach()
add_custom_target(documentation ALL DEPENDS ${made})
install(DIRECTORY ${docs}/ DESTINATION ${CMAKE_INSTALL_DATADIR})
install(FILES ${PROJECT_SOURCE_DIR}/config/rfsn.schema.json ${PROJECT_SOURCE_DIR}/config/report.schema.json
  DESTINATION ${CMAKE_INSTALL_DATADIR}/git-rfsn OPTIONAL)

install(TARGETS git-rfsn RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS rfsn-net rfsn-exec RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/git-rfsn)
