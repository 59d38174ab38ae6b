"""What TensorBoard sees in a log directory: prints JSON. Scalars, texts and hyperparameters come from its own readers."""
import json
import sys

from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
from tensorboard.plugins.hparams import metadata

multiplexer = EventMultiplexer(size_guidance={"scalars": 0, "tensors": 0}).AddRunsFromDirectory(sys.argv[1])
multiplexer.Reload()
found = {}
hyperparameters = multiplexer.PluginRunToTagToContent("hparams")
for run, tags in multiplexer.Runs().items():
    hparams = {}
    for tag, content in hyperparameters.get(run, {}).items():
        if tag == metadata.SESSION_START_INFO_TAG:
            info = metadata.parse_session_start_info_plugin_data(content)
            hparams = {name: getattr(value, value.WhichOneof("kind")) for name, value in info.hparams.items()}
        if tag == metadata.SESSION_END_INFO_TAG:
            hparams["status"] = metadata.parse_session_end_info_plugin_data(content).status
    found[run] = {
        "scalars": {tag: [[e.step, e.value] for e in multiplexer.Scalars(run, tag)] for tag in tags["scalars"]},
        "texts": {
            tag: multiplexer.Tensors(run, tag)[0].tensor_proto.string_val[0].decode()
            for tag in tags["tensors"] if tag.endswith("text_summary")
        },
        "hparams": hparams,
    }
print(json.dumps(found))
