# cmake -DCOMPILER= -DPREFIX=<ditto installed> -DBINARY_DIR= -P check_compiler_lines.cmake
# A program that needs all that ditto stands on, by pkg-config and, where stb reads pictures, without libjpeg and libpng.
set(ENV{PKG_CONFIG_PATH} "${PREFIX}/share/pkgconfig")
file(MAKE_DIRECTORY "${BINARY_DIR}")

# run(<program> <its sources, relative to this folder> <flags>...)
function(run name sources)
    list(TRANSFORM sources PREPEND "${CMAKE_CURRENT_LIST_DIR}/")
    execute_process(COMMAND "${COMPILER}" -O1 ${sources} ${ARGN} -o "${BINARY_DIR}/${name}"
                    COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND "${BINARY_DIR}/${name}" WORKING_DIRECTORY "${BINARY_DIR}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

find_program(PKG_CONFIG pkg-config)
if(PKG_CONFIG)
    foreach(package ditto ditto-io)
        execute_process(COMMAND "${PKG_CONFIG}" --cflags --libs ${package} OUTPUT_VARIABLE flags
                        COMMAND_ERROR_IS_FATAL ANY)
        separate_arguments(flags UNIX_COMMAND "${flags}")
        run(by_${package} uses_all.cpp ${flags})
    endforeach()
endif()
# docs/install.md's lines.
set(flags -std=c++20 -fopenmp -I "${PREFIX}/include" -lopenblas)
function(find_header variable header)
    file(WRITE "${BINARY_DIR}/header.cpp" "#include <cstdio>\n#include <${header}>\n")
    execute_process(COMMAND "${COMPILER}" -fsyntax-only "${BINARY_DIR}/header.cpp" RESULT_VARIABLE failed ERROR_QUIET)
    string(COMPARE EQUAL "${failed}" "0" found)
    set(${variable} ${found} PARENT_SCOPE)
endfunction()
find_header(has_stb stb/stb_image.h)
find_header(has_jpeg jpeglib.h)
find_header(has_png png.h)
if(has_jpeg AND has_png)
    run(by_hand uses_all.cpp ${flags} -ljpeg -lpng)
endif()
if(NOT has_stb)
    message("skipped: stb not found, so that no program of its own stb was tried; install it (Debian: apt install "
            "libstb-dev)")
    return()
endif()
run(by_stb "uses_all.cpp" ${flags} -DDITTO_COMPILE_STB)
# A program that has an stb_image of its own, in this order or that.
foreach(first BEFORE AFTER)
    if(has_jpeg AND has_png)
        run(own_stb_${first} "own_stb.cpp;own_stb_elsewhere.cpp" ${flags} -ljpeg -lpng -D${first})
    endif()
    run(own_stb_beside_stb_${first} "own_stb.cpp;own_stb_elsewhere.cpp" ${flags} -DDITTO_COMPILE_STB -D${first}
        -O0 -DDITTO_ALLOW_UNOPTIMIZED)  # where g++ keeps all functions
endforeach()
if(NOT PKG_CONFIG)
    message("skipped: pkg-config not found, so that ditto.pc was not tried; install it (Debian: apt install pkgconf)")
endif()
