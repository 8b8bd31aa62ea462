import re
import threading
import time
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    """The prompt "gate: <path>" makes it touch <path>.asked and answer when <path>.open is there.

    Where the client gives up first, it touches <path>.cancelled. It takes any number of requests at once.
    """

    def execute(self, requests: list) -> None:
        for request in requests:
            prompt = pb_utils.get_input_tensor_by_name(request, "prompt").as_numpy()[0].decode()
            gate = re.search(r"gate: (\S+)", prompt).group(1)
            count = len(pb_utils.get_input_tensor_by_name(request, "seeds").as_numpy())
            threading.Thread(target=self._wait, args=(gate, count, request.get_response_sender()), daemon=True).start()

    def _wait(self, gate: str, count: int, sender) -> None:
        Path(gate + ".asked").touch()
        while not Path(gate + ".open").exists():
            if sender.is_cancelled():
                Path(gate + ".cancelled").touch()
                error = pb_utils.TritonError("cancelled", pb_utils.TritonError.CANCELLED)
                sender.send(pb_utils.InferenceResponse(error=error), flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
                return
            time.sleep(0.01)
        samples = pb_utils.Tensor("samples", np.array([b"at last"] * count, object))
        embeddings = pb_utils.Tensor("embeddings", np.ones((count, 1), np.float32))
        response = pb_utils.InferenceResponse([samples, embeddings])
        sender.send(response, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
