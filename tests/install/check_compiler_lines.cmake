# cmake -DCOMPILER= -DPREFIX=<ditto installed> -DBINARY_DIR= -P check_compiler_lines.cmake
# A program that needs all that ditto stands on, by pkg-config and, where stb is headers only, without its library.
set(ENV{PKG_CONFIG_PATH} "${PREFIX}/share/pkgconfig")
file(MAKE_DIRECTORY "${BINARY_DIR}")

function(run name)
    execute_process(COMMAND "${COMPILER}" -O1 "${CMAKE_CURRENT_LIST_DIR}/uses_all.cpp" ${ARGN}
                            -o "${BINARY_DIR}/${name}" COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND "${BINARY_DIR}/${name}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

find_program(PKG_CONFIG pkg-config)
if(PKG_CONFIG)
    foreach(package ditto ditto-io)
        execute_process(COMMAND "${PKG_CONFIG}" --cflags --libs ${package} OUTPUT_VARIABLE flags
                        COMMAND_ERROR_IS_FATAL ANY)
        separate_arguments(flags UNIX_COMMAND "${flags}")
        run(by_${package} ${flags})
    endforeach()
endif()
# Two files, because each has stb's functions of its own.
file(WRITE "${BINARY_DIR}/second.cpp" "#include <ditto/images/save_png.hpp>\n")
run(stb_headers_only "${BINARY_DIR}/second.cpp" -std=c++20 -fopenmp -DDITTO_COMPILE_STB -I "${PREFIX}/include"
    -lopenblas)
if(NOT PKG_CONFIG)
    message("skipped: pkg-config not found, so that ditto.pc was not tried; install it (Debian: apt install pkgconf)")
endif()
