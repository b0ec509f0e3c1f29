# cmake -DSOURCE_DIR= -DBINARY_DIR= -DCOMPILER= -DPREFIX= -P install_headers.cmake
# Installs the headers as README does, where nothing is that only programs and tests need, and moves the prefix.
set(absent "")
foreach(package doctest CLI11 nlohmann_json fmt)
    list(APPEND absent "-DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON")
endforeach()
file(REMOVE_RECURSE "${BINARY_DIR}" "${PREFIX}" "${PREFIX}_at_first")
execute_process(COMMAND "${CMAKE_COMMAND}" --preset install -B "${BINARY_DIR}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
                        ${absent}
                WORKING_DIRECTORY "${SOURCE_DIR}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BINARY_DIR}" --prefix "${PREFIX}_at_first"
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${PREFIX}_at_first" "${PREFIX}")

file(GLOB_RECURSE headers RELATIVE "${SOURCE_DIR}" "${SOURCE_DIR}/include/*")
file(GLOB_RECURSE installed RELATIVE "${PREFIX}" "${PREFIX}/include/*")
if(NOT headers STREQUAL installed)
    message(FATAL_ERROR " installed are not the headers but: ${installed}")
endif()
