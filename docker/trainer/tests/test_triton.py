"""What the trainer says to Triton, and how it takes what Triton says."""

import json
from concurrent import futures

import grpc
import pytest
from tritonclient.grpc import service_pb2 as pb
from tritonclient.grpc import service_pb2_grpc

from craft_trainer.errors import TrainerError, Unavailable
from craft_trainer.messages import Serving
from craft_trainer.settings import Triton
from craft_trainer.triton import TritonServer

CRAFT = Serving("smollm2", "1", "CONTRACT_CRAFT", "", "", "r-1")
VLLM = Serving("llama", "", "CONTRACT_VLLM", "minilm", "", "r-1")


class Server(service_pb2_grpc.GRPCInferenceServiceServicer):
    """Answers as Triton does, and keeps what it was asked."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.asked: list[pb.ModelInferRequest] = []
        self.not_ready = 0
        self.unloading = -1
        self.failure: tuple[grpc.StatusCode, str] | None = None
        self.stream_error = ""

    def ModelMetadata(self, request, context):
        tensors = [
            pb.ModelMetadataResponse.TensorMetadata(name=name, datatype="BYTES", shape=[1]) for name in ("prompt", "adapter")
        ]
        return pb.ModelMetadataResponse(name=request.name, inputs=tensors)

    def RepositoryModelLoad(self, request, context):
        if self.failure:
            context.abort(*self.failure)
        self.loaded.append(request.model_name)
        return pb.RepositoryModelLoadResponse()

    def RepositoryModelUnload(self, request, context):
        self.loaded.append(f"not {request.model_name}")
        self.unloading = 2
        return pb.RepositoryModelUnloadResponse()

    def RepositoryIndex(self, request, context):
        self.unloading -= 1
        state = ("UNLOADING", "") if self.unloading >= 0 else ("UNAVAILABLE", "unloaded")
        model = pb.RepositoryIndexResponse.ModelIndex
        return pb.RepositoryIndexResponse(
            models=[
                model(name="llama", version="1", state=state[0], reason=state[1]),
                model(name="llama"),
                model(name="other", state="READY"),
            ]
        )

    def ModelReady(self, request, context):
        self.not_ready -= 1
        return pb.ModelReadyResponse(ready=self.not_ready < 0)

    def ModelInfer(self, request, context):
        self.asked.append(request)
        return self._answer("samples", " Paris \nand more")

    def ModelStreamInfer(self, requests, context):
        for request in requests:
            self.asked.append(request)
            if self.stream_error:
                yield pb.ModelStreamInferResponse(error_message=self.stream_error)
                return
            answer = self._answer("text_output", " Paris")
            answer.parameters["triton_final_response"].bool_param = True
            yield pb.ModelStreamInferResponse(infer_response=answer)

    @staticmethod
    def _answer(name: str, text: str) -> pb.ModelInferResponse:
        said = text.encode()
        output = pb.ModelInferResponse.InferOutputTensor(name=name, datatype="BYTES", shape=[1])
        return pb.ModelInferResponse(outputs=[output], raw_output_contents=[len(said).to_bytes(4, "little") + said])


@pytest.fixture
def server():
    server = Server()
    running = grpc.server(futures.ThreadPoolExecutor(4))
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(server, running)
    server.port = running.add_insecure_port("127.0.0.1:0")
    running.start()
    yield server
    running.stop(None).wait()


def client(server: Server, **settings) -> TritonServer:
    return TritonServer(Triton(address=f"127.0.0.1:{server.port}", **settings))


def inputs(request: pb.ModelInferRequest) -> dict[str, bytes]:
    return dict(zip((tensor.name for tensor in request.inputs), request.raw_input_contents, strict=True))


def test_a_craft_model_is_asked_with_the_adapter(server):
    assert client(server).ask(CRAFT, "Q?", 7) == "Paris"
    (request,) = server.asked
    given = inputs(request)
    assert (request.model_name, request.model_version) == ("smollm2", "1")
    assert given["prompt"][4:] == b"Q?" and given["adapter"][4:] == b"r-1" and given["stop"][4:] == b"\n"
    assert given["max_tokens"] == (7).to_bytes(4, "little") and given["temperature"] == bytes(4) and len(given["seeds"]) == 8


def test_a_vllm_model_is_asked_with_the_adapter(server):
    assert client(server).ask(VLLM, "Q?", 7) == "Paris"
    given = inputs(server.asked[0])
    assert json.loads(given["sampling_parameters"][4:]) == {"temperature": 0, "max_tokens": 7, "stop": ["\n"], "lora_name": "r-1"}
    assert given["exclude_input_in_output"] == b"\x01" and given["stream"] == b"\x00"


def test_a_model_is_loaded_when_it_is_ready(server):
    server.not_ready = 2
    client(server).load(CRAFT)
    assert server.loaded == ["smollm2"] and server.not_ready == -1


def test_a_vllm_model_is_gone_before_it_is_loaded_again(server):
    client(server).load(VLLM)
    assert server.loaded == ["not llama", "llama"] and server.unloading == -1


def test_inputs_are_those_of_the_metadata(server):
    assert client(server).inputs(CRAFT) == {"prompt", "adapter"}


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (grpc.StatusCode.UNAVAILABLE, Unavailable),
        (grpc.StatusCode.DEADLINE_EXCEEDED, Unavailable),
        (grpc.StatusCode.INTERNAL, TrainerError),
        (grpc.StatusCode.INVALID_ARGUMENT, TrainerError),
    ],
)
def test_given_a_refusal_when_loaded_then_it_is_known_whether_to_try_again(server, code, error):
    server.failure = (code, "failed to load 'smollm2'")
    with pytest.raises(error, match="failed to load 'smollm2'"):
        client(server).load(CRAFT)


def test_given_a_model_that_is_never_ready_when_loaded_then_it_says_so(server):
    server.not_ready = 1000
    with pytest.raises(TrainerError, match="is loaded and not ready"):
        client(server, load_timeout=0.1).load(CRAFT)


def test_given_an_error_in_the_stream_when_asked_then_it_says_so(server):
    server.stream_error = "LoRA r-1 is not supported, we currently support ['a']"
    with pytest.raises(TrainerError, match="LoRA r-1 is not supported"):
        client(server).ask(VLLM, "Q?", 7)


def test_given_no_server_when_asked_then_it_is_tried_again():
    with pytest.raises(Unavailable, match="Triton at 127.0.0.1:9"):
        TritonServer(Triton(address="127.0.0.1:9")).inputs(CRAFT)
