# cmake -DCLANG_FORMAT=<program> -DSOURCE_DIR=<repository> -P check_format.cmake
# Fails if clang-format would change any C++ or CUDA file of the project.
file(GLOB_RECURSE files RELATIVE "${SOURCE_DIR}"
     "${SOURCE_DIR}/include/*.[hc]*" "${SOURCE_DIR}/examples/*.[hc]pp" "${SOURCE_DIR}/tests/*.[hc]pp")
list(FILTER files INCLUDE REGEX "\\.(hpp|cpp|cuh|cu)$")
execute_process(COMMAND "${CLANG_FORMAT}" --dry-run -Werror ${files} WORKING_DIRECTORY "${SOURCE_DIR}"
                RESULT_VARIABLE exit_code)
if(NOT exit_code EQUAL 0)
    message(FATAL_ERROR " clang-format -i is due for the files above")
endif()
