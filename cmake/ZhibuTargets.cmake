# The four ways this project makes a target. Files are found by their folder, so that adding a file
# is adding a file and nothing else.

# The service definitions of google.rpc / google.type and grpc.health come from Debian's packages and
# are read from there at build time, not copied in.
set(ZHIBU_GOOGLEAPIS /usr/share/gocode/src/github.com/gogo/googleapis
    CACHE PATH "Folder that holds google/rpc and google/type protos")
set(ZHIBU_GRPC_PROTO /usr/share/grpc-proto CACHE PATH "Folder that holds grpc/health/v1/health.proto")
foreach(file ${ZHIBU_GOOGLEAPIS}/google/rpc/error_details.proto
        ${ZHIBU_GOOGLEAPIS}/google/type/date.proto ${ZHIBU_GRPC_PROTO}/grpc/health/v1/health.proto)
  if(NOT EXISTS ${file})
    message(FATAL_ERROR "${file} is missing: install golang-github-gogo-googleapis-dev and grpc-proto")
  endif()
endforeach()
set(ZHIBU_PROTO_PATHS -I${CMAKE_SOURCE_DIR}/proto -I${CMAKE_SOURCE_DIR} -I${ZHIBU_GOOGLEAPIS}
    -I${ZHIBU_GRPC_PROTO} -I/usr/include)

# zhibu_generate(OUT ROOT GRPC file...): C++ from .proto files named relative to ROOT, into gen/. With
# GRPC, files that define a service get stubs too; for the others they would be empty and cost as much.
function(zhibu_generate out root grpc)
  set(generated)
  foreach(proto ${ARGN})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(produced ${CMAKE_BINARY_DIR}/gen/${stem}.pb.cc ${CMAKE_BINARY_DIR}/gen/${stem}.pb.h)
    set(plugin)
    set(services)
    if(grpc)
      file(STRINGS ${root}/${proto} services REGEX "^service ")
      set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
                   ${root}/${proto})
    endif()
    if(services)
      list(APPEND produced ${CMAKE_BINARY_DIR}/gen/${stem}.grpc.pb.cc
           ${CMAKE_BINARY_DIR}/gen/${stem}.grpc.pb.h)
      set(plugin --grpc_out=${CMAKE_BINARY_DIR}/gen
                 --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
    endif()
    add_custom_command(
      OUTPUT ${produced}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/gen
      COMMAND protobuf::protoc ${ZHIBU_PROTO_PATHS} --cpp_out=${CMAKE_BINARY_DIR}/gen ${plugin} ${proto}
      DEPENDS ${root}/${proto}
      WORKING_DIRECTORY ${root}
      COMMENT "protoc ${proto}" VERBATIM)
    list(APPEND generated ${produced})
  endforeach()
  set(${out} ${generated} PARENT_SCOPE)
endfunction()

# zhibu_unsanitised(TARGET): generated code, built as it is also where ours is sanitised.
function(zhibu_unsanitised target)
  if(ZHIBU_SANITIZE)
    target_compile_options(${target} PRIVATE -fno-sanitize=all -O0 -g0)
  endif()
endfunction()

# zhibu_library(NAME dependency...): every .cc of this folder.
function(zhibu_library name)
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARGN})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC ${ARGN})
endfunction()

# zhibu_service(NAME dependency...): services/NAME → library zhibu_NAME (all but main.cc, with its
# rows.proto) and program zhibu-NAME.
function(zhibu_service name)
  set(dir ${CMAKE_SOURCE_DIR}/services/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.cc)
  list(REMOVE_ITEM sources ${dir}/main.cc)
  file(GLOB rows CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${dir}/*.proto)
  zhibu_generate(generated ${CMAKE_SOURCE_DIR} FALSE ${rows})
  add_library(zhibu_${name} STATIC ${sources} ${generated})
  target_link_libraries(zhibu_${name} PUBLIC zhibu_rpc zhibu_store zhibu_domain zhibu_base ${ARGN})
  if(EXISTS ${dir}/main.cc)
    add_executable(zhibu-${name} ${dir}/main.cc)
    target_link_libraries(zhibu-${name} PRIVATE zhibu_${name})
  endif()
endfunction()

# zhibu_data(NAME FOLDER): the files of FOLDER stand in share/zhibu/NAME of the build folder.
function(zhibu_data name folder)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*)
  set(copies)
  foreach(file ${files})
    get_filename_component(base ${file} NAME)
    set(copy ${CMAKE_BINARY_DIR}/share/zhibu/${name}/${base})
    add_custom_command(OUTPUT ${copy} COMMAND ${CMAKE_COMMAND} -E copy ${file} ${copy}
                       DEPENDS ${file} VERBATIM)
    list(APPEND copies ${copy})
  endforeach()
  add_custom_target(zhibu_data_${name} ALL DEPENDS ${copies})
endfunction()

# zhibu_test(NAME dependency...): one program from every *_test.cc of the current tests folder; each
# TEST is a ctest entry of its own.
function(zhibu_test name)
  file(GLOB sources CONFIGURE_DEPENDS *_test.cc)
  if(NOT sources)
    return()
  endif()
  include(GoogleTest)
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ARGN} zhibu_test_support GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE ZHIBU_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             ZHIBU_BINARY_DIR="${CMAKE_BINARY_DIR}")
  # Test code itself is not worth optimising: its headers make it the slowest part of a build.
  target_compile_options(${name} PRIVATE -O0)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 900)
endfunction()
