class TritonPythonModel:
    def execute(self, requests: list) -> list:
        raise ValueError("the dog ate the weights")
