# cmake -DCOMPILER=<C++ compiler> -DSOURCE_DIR=<repository> -P check_not_cuda_error.cmake
# Fails unless not_compiled_as_cuda.cpp gives that compiler one error, which says what to do.
set(ENV{LC_ALL} C)
execute_process(COMMAND "${COMPILER}" -std=c++20 -fopenmp "-I${SOURCE_DIR}/include" -fsyntax-only
                        "${CMAKE_CURRENT_LIST_DIR}/not_compiled_as_cuda.cpp"
                RESULT_VARIABLE exit_code OUTPUT_VARIABLE output ERROR_VARIABLE output)
string(REPLACE ";" "," text "${output}")
string(REPLACE "[" "(" text "${text}")
string(REPLACE "]" ")" text "${text}")
string(REGEX MATCHALL ": (fatal )?error:[^\n]*" errors "${text}")
list(LENGTH errors count)
if(exit_code EQUAL 0 OR NOT count EQUAL 1 OR NOT errors MATCHES "name the file in ditto_compile_as_cuda\\(\\)")
    message(FATAL_ERROR " ditto: not the one error that was expected, but ${count}:\n${output}")
endif()
