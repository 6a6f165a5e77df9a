# The four ways this project makes a target. Files are found by their folder, so that adding a file
# is adding a file and nothing else.

# The protos of google.rpc, google.type, google.api and grpc.health come from Debian's packages and are
# read from there at build time, not copied in. google.api stands in another package, in an archive: no
# other has field_behavior and resource, and its google.rpc is too old to know ErrorInfo.
set(ZHIBU_GOOGLEAPIS /usr/share/gocode/src/github.com/gogo/googleapis
    CACHE PATH "Folder that holds google/rpc and google/type protos")
set(ZHIBU_GOOGLE_API_JAR /usr/share/java/proto-google-common-protos.jar
    CACHE FILEPATH "Archive that holds the google/api protos")
if(NOT EXISTS ${ZHIBU_GOOGLE_API_JAR})
  message(FATAL_ERROR "${ZHIBU_GOOGLE_API_JAR} is missing: install libgoogle-common-protos-java")
endif()
set(ZHIBU_GOOGLE_API ${CMAKE_BINARY_DIR}/google_api)
file(ARCHIVE_EXTRACT INPUT ${ZHIBU_GOOGLE_API_JAR} DESTINATION ${ZHIBU_GOOGLE_API}
     PATTERNS "google/api/field_behavior.proto" "google/api/resource.proto")
set(ZHIBU_GRPC_PROTO /usr/share/grpc-proto CACHE PATH "Folder that holds grpc/health/v1/health.proto")
foreach(file ${ZHIBU_GOOGLEAPIS}/google/rpc/error_details.proto
        ${ZHIBU_GOOGLEAPIS}/google/type/date.proto ${ZHIBU_GRPC_PROTO}/grpc/health/v1/health.proto)
  if(NOT EXISTS ${file})
    message(FATAL_ERROR "${file} is missing: install golang-github-gogo-googleapis-dev and grpc-proto")
  endif()
endforeach()
set(ZHIBU_PROTO_PATHS -I${CMAKE_SOURCE_DIR}/proto -I${CMAKE_SOURCE_DIR} -I${ZHIBU_GOOGLEAPIS}
    -I${ZHIBU_GOOGLE_API} -I${ZHIBU_GRPC_PROTO} -I/usr/include)

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
  if(ZHIBU_SANITIZE)
    # None of the bugs there would be ours, and it is half of the time of such a build.
    set_source_files_properties(${generated} PROPERTIES COMPILE_OPTIONS "-fno-sanitize=all;-O0;-g0"
                                SKIP_PRECOMPILE_HEADERS ON)
  endif()
  set(${out} ${generated} PARENT_SCOPE)
endfunction()

# zhibu_borrow_contracts(PRESET): zhibu_proto, zhibu_stubs and the descriptor set as that preset
# builds them; it is built first where it is not up to date.
function(zhibu_borrow_contracts preset)
  set(from ${CMAKE_SOURCE_DIR}/build/${preset})
  set(libraries ${from}/proto/libzhibu_proto.a ${from}/proto/libzhibu_stubs.a)
  set(headers)
  foreach(root ${CMAKE_SOURCE_DIR}/proto ${ZHIBU_GRPC_PROTO})
    file(GLOB_RECURSE protos CONFIGURE_DEPENDS RELATIVE ${root} ${root}/zhibu/*.proto
         ${root}/grpc/health/v1/*.proto)
    foreach(proto ${protos})
      string(REGEX REPLACE "\\.proto$" "" stem ${proto})
      list(APPEND headers ${from}/gen/${stem}.pb.h)
    endforeach()
  endforeach()
  add_custom_target(zhibu_borrowed
    COMMAND ${CMAKE_COMMAND} --preset ${preset} > ${CMAKE_BINARY_DIR}/borrowed.log
    COMMAND ${CMAKE_COMMAND} --build ${from} --target zhibu_proto zhibu_stubs zhibu_descriptors
            >> ${CMAKE_BINARY_DIR}/borrowed.log
    BYPRODUCTS ${libraries} ${from}/zhibu.binpb ${headers}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    COMMENT "contracts of preset ${preset}" VERBATIM)
  add_library(zhibu_proto STATIC IMPORTED GLOBAL)
  set_target_properties(zhibu_proto PROPERTIES IMPORTED_LOCATION ${from}/proto/libzhibu_proto.a)
  target_link_libraries(zhibu_proto INTERFACE protobuf::libprotobuf)
  add_library(zhibu_stubs STATIC IMPORTED GLOBAL)
  set_target_properties(zhibu_stubs PROPERTIES IMPORTED_LOCATION ${from}/proto/libzhibu_stubs.a)
  target_link_libraries(zhibu_stubs INTERFACE zhibu_proto gRPC::grpc++)
  add_dependencies(zhibu_proto zhibu_borrowed)
  add_dependencies(zhibu_stubs zhibu_borrowed)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/zhibu.binpb
    COMMAND ${CMAKE_COMMAND} -E copy ${from}/zhibu.binpb ${CMAKE_BINARY_DIR}/zhibu.binpb
    DEPENDS zhibu_borrowed ${from}/zhibu.binpb VERBATIM)
  add_custom_target(zhibu_descriptors ALL DEPENDS ${CMAKE_BINARY_DIR}/zhibu.binpb)
endfunction()

# zhibu_precompiled(TARGET SET [header...]): its sources find the headers of SET (zhibu_headers: gRPC, Protocol
# Buffers and Abseil; zhibu_test_headers: these and GoogleTest) parsed already, which is two thirds of what
# compiling one without optimisation takes; with headers of its own, those too.
function(zhibu_precompiled target set)
  if(NOT TARGET ${set})
    return()
  endif()
  if(ARGN)
    target_precompile_headers(${target} PRIVATE ${${set}_list} ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${set})
  endif()
endfunction()
if(ZHIBU_PRECOMPILE AND NOT ZHIBU_FUZZ)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # For ccache; and every target must agree with the headers on threads.
    add_compile_options(-fpch-preprocess -pthread)
  endif()
  set(zhibu_headers_list <algorithm> <functional> <map> <memory> <optional> <set> <string> <utility> <vector>
      <grpcpp/grpcpp.h> <grpcpp/impl/service_type.h> <absl/container/flat_hash_map.h>
      <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_split.h>
      <absl/time/time.h> <google/protobuf/any.pb.h> <google/protobuf/descriptor.h>
      <google/protobuf/field_mask.pb.h> <google/protobuf/map_field.h> <google/protobuf/message.h>
      <google/protobuf/timestamp.pb.h>)
  file(WRITE ${CMAKE_BINARY_DIR}/headers.cc "")
  add_library(zhibu_headers STATIC ${CMAKE_BINARY_DIR}/headers.cc)
  target_link_libraries(zhibu_headers PUBLIC gRPC::grpc++ Threads::Threads)
  target_precompile_headers(zhibu_headers PRIVATE ${zhibu_headers_list})
  set(zhibu_test_headers_list ${zhibu_headers_list} <gmock/gmock.h> <gtest/gtest.h>)
  if(ZHIBU_TESTS)
    add_library(zhibu_test_headers STATIC ${CMAKE_BINARY_DIR}/headers.cc)
    target_link_libraries(zhibu_test_headers PUBLIC gRPC::grpc++ Threads::Threads GTest::gmock)
    target_compile_options(zhibu_test_headers PRIVATE -O0)
    target_precompile_headers(zhibu_test_headers PRIVATE ${zhibu_test_headers_list})
  endif()
endif()

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
  zhibu_precompiled(${name} zhibu_headers)
endfunction()

# zhibu_service(NAME): services/NAME → library zhibu_NAME (all but main.cc, with its .proto files) and
# program zhibu-NAME.
function(zhibu_service name)
  set(dir ${CMAKE_SOURCE_DIR}/services/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.cc)
  list(REMOVE_ITEM sources ${dir}/main.cc)
  file(GLOB_RECURSE rows CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${dir}/*.proto)
  zhibu_generate(generated ${CMAKE_SOURCE_DIR} FALSE ${rows})
  add_library(zhibu_${name} STATIC ${sources} ${generated})
  target_link_libraries(zhibu_${name} PUBLIC zhibu_rpc zhibu_store zhibu_domain zhibu_base)
  zhibu_precompiled(zhibu_${name} zhibu_headers)
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

# A test program is run in so many parts side by side, each with its share of the tests: a process for
# each test would take longer to start than most of them run.
set(ZHIBU_TEST_SHARDS 4)

# zhibu_test(NAME [RELEASE] dependency...): one program from every *_test.cc of the current tests
# folder and the folders below that have no CMakeLists.txt of their own; ctest knows its parts as
# NAME.0, NAME.1 … RELEASE: it does more in an optimised build than under the sanitizers, so that tests/run.sh
# runs it in both (label "release", target zhibu_release_tests).
function(zhibu_test name)
  cmake_parse_arguments(PARSE_ARGV 1 TEST "RELEASE" "" "")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *_test.cc)
  file(GLOB_RECURSE others CONFIGURE_DEPENDS CMakeLists.txt)
  foreach(other ${others})
    get_filename_component(folder ${other} DIRECTORY)
    if(NOT folder STREQUAL CMAKE_CURRENT_SOURCE_DIR)
      list(FILTER sources EXCLUDE REGEX "^${folder}/")
    endif()
  endforeach()
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${TEST_UNPARSED_ARGUMENTS} zhibu_test_support GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE ZHIBU_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             ZHIBU_BINARY_DIR="${CMAKE_BINARY_DIR}")
  # Test code itself is not worth optimising: its headers make it the slowest part of a build.
  target_compile_options(${name} PRIVATE -O0)
  # The world of a service's tests, which nearly each of them includes.
  file(GLOB shared CONFIGURE_DEPENDS *.h)
  zhibu_precompiled(${name} zhibu_test_headers ${shared})
  set(labels unit)
  if(TEST_RELEASE)
    set(labels release)
    add_dependencies(zhibu_release_tests ${name})
  endif()
  math(EXPR last "${ZHIBU_TEST_SHARDS} - 1")
  foreach(shard RANGE ${last})
    add_test(NAME ${name}.${shard} COMMAND ${name})
    set_tests_properties(${name}.${shard} PROPERTIES TIMEOUT 1800 LABELS ${labels}
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${ZHIBU_TEST_SHARDS};GTEST_SHARD_INDEX=${shard}")
  endforeach()
endfunction()
