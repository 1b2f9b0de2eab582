using System.Globalization;
using Tonne.Bench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
(string Name, Action<string[]> Run)[] benches =
[
    (nameof(CallEstimateCost), CallEstimateCost.Run),
    (nameof(EpochWatcherCost), EpochWatcherCost.Run),
    (nameof(InferenceEstimateCost), InferenceEstimateCost.Run),
    (nameof(LabProducts), LabProducts.Run),
    (nameof(LabTraining), LabTraining.Run),
    (nameof(PlanCost), PlanCost.Run),
    (nameof(RecordingCost), RecordingCost.Run),
    (nameof(SamplingCost), SamplingCost.Run),
    (nameof(ServingSweepCost), ServingSweepCost.Run),
    (nameof(TrainingSweepCost), TrainingSweepCost.Run),
];
var chosen = Array.Find(benches, bench => args is [var name, ..] && bench.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
if (chosen.Run is null)
{
    Console.Error.WriteLine($"usage: dotnet run -c Release --project bench -- {string.Join('|', benches.Select(bench => bench.Name))} …");
    return 2;
}

chosen.Run(args[1..]);
return 0;
