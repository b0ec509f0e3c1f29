# cmake -DBINARY_DIR=<configured project> -P check_subproject.cmake
# The project that ditto is a subproject of installs its own file and none of ditto's, and ditto's headers are system
# headers to it.
set(prefix "${BINARY_DIR}/prefix")
file(REMOVE_RECURSE "${prefix}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BINARY_DIR}" --prefix "${prefix}" COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE installed RELATIVE "${prefix}" "${prefix}/*")
if(NOT installed STREQUAL "share/configure/CMakeLists.txt")
    message(FATAL_ERROR " installed are: ${installed}")
endif()
file(READ "${BINARY_DIR}/compile_commands.json" commands)
if(NOT commands MATCHES "-isystem [^ ]*/include ")
    message(FATAL_ERROR " ditto's headers are not system headers: ${commands}")
endif()
