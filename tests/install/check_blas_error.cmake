# cmake -DSOURCE_DIR= -DBINARY_DIR= -DGENERATOR= -DCOMPILER= -DSETTING=<-D...> -DEXPECTED=<text>
#       -P check_blas_error.cmake
# Configures ditto with a setting that takes OpenBLAS away: it must fail with one error, whose one line has the text and
# names the package to install.
file(REMOVE_RECURSE "${BINARY_DIR}")
execute_process(COMMAND "${CMAKE_COMMAND}" -S "${SOURCE_DIR}" -B "${BINARY_DIR}" -G "${GENERATOR}"
                        "-DCMAKE_CXX_COMPILER=${COMPILER}" "${SETTING}"
                RESULT_VARIABLE exit_code OUTPUT_VARIABLE output ERROR_VARIABLE output)
string(REPLACE ";" "," output "${output}")
string(REGEX MATCHALL "CMake Error" errors "${output}")
string(REGEX MATCHALL "ditto: [^\n]*" lines "${output}")
list(LENGTH errors error_count)
list(LENGTH lines line_count)
if(exit_code EQUAL 0 OR NOT error_count EQUAL 1 OR NOT line_count EQUAL 1
   OR NOT lines MATCHES "${EXPECTED}.*libopenblas-dev")
    message(FATAL_ERROR " expected one line with `${EXPECTED}` and libopenblas-dev\n${output}")
endif()
message("${lines}")
