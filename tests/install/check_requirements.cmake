# cmake -DCOMPILER= -DSOURCE_DIR=<repository> -P check_requirements.cmake
# What is missing is the compiler's first error, in a line that says what to do; a build without optimization is told so,
# and -Werror does not stop at it. The headers are system headers, as for others' sources.
cmake_minimum_required(VERSION 3.22)
set(ENV{LC_ALL} C)

# Sets `exit_code` and `output` of checking a file that includes a header.
macro(compile header)
    set(command "${COMPILER}" -std=c++20 -fopenmp ${ARGN} -fsyntax-only -Wfatal-errors -Wall -Wextra -Wpedantic -Werror
                -isystem "${SOURCE_DIR}/include" -x c++ -include "${header}" /dev/null)
    execute_process(COMMAND ${command} RESULT_VARIABLE exit_code OUTPUT_VARIABLE output ERROR_VARIABLE output)
endmacro()

function(expect_error line)
    foreach(header ditto/ditto.hpp ditto/core/memory.hpp)
        compile(${header} ${ARGN})
        if(NOT output MATCHES "requirements.hpp:[0-9]+:[0-9]+: (fatal )?error: [^\n]*${line}")
            message(SEND_ERROR " ${header} with ${ARGN}: the first error must have `${line}`\n${output}")
        endif()
    endforeach()
endfunction()
expect_error("ditto needs Linux" -U__linux__)
expect_error("compile with -std=c\\+\\+20" -std=c++17)
expect_error("compile and link with -fopenmp" -fno-openmp)
expect_error("compile without -fno-exceptions" -fno-exceptions)
foreach(flags -ffast-math -Ofast -ffinite-math-only)
    expect_error("-ffast-math, -Ofast and -ffinite-math-only remove: compile without them" ${flags})
endforeach()

function(expect_message count)
    compile(ditto/core/error.hpp ${ARGN})
    string(REGEX MATCHALL "(note|warning): [^\n]*not optimized, so programs are 40 times slower" lines "${output}")
    list(LENGTH lines lines)
    if(NOT exit_code EQUAL 0 OR NOT lines EQUAL ${count})
        message(SEND_ERROR " with ${ARGN}: exit code ${exit_code}, ${lines} lines instead of ${count}\n${output}")
    endif()
endfunction()
expect_message(1)
expect_message(1 -O0)
expect_message(0 -O1)
expect_message(0 -Og)
expect_message(0 -DDITTO_ALLOW_UNOPTIMIZED)
