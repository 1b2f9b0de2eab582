using System.CommandLine;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne estimate</c>: the energy and emissions that a training or a service will cause.</summary>
static class EstimateCommand
{
    public static Command Build(CommandContext context) => new("estimate", "Estimate training and inference before they run. The bounds were tested on published cases.")
    {
        EstimateTrainingCommand.Build(context),
        EstimateInferenceCommand.Build(context),
        EstimateValidateCommand.Build(context),
    };
}
