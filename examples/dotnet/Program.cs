// A softmax regression on rows drawn around ten centres, trained by gradient descent, whose stages and epochs are in tonne's ledger.
using Tonne.Instruments.Machines;
using Tonne.Ledgers;
using Tonne.Recording;

const int Rows = 20_000, Columns = 64, Classes = 10, Epochs = 5;
const double Rate = 0.05;

var recorder = new RunRecorder(MachineJob.OpenThisProcess, Ledger.OpenDefault(), new RecordingOptions { Project = "examples" });
await using var run = await recorder.StartAsync("softmax");

var values = new double[Rows, Columns];
var labels = new int[Rows];
using (var stage = run.Stage("collect"))
{
    var random = new Random(1);
    var centres = new double[Classes, Columns];
    for (var at = 0; at < Classes * Columns; at++)
        centres[at / Columns, at % Columns] = random.NextDouble() - 0.5;
    for (var row = 0; row < Rows; row++)
    {
        labels[row] = random.Next(Classes);
        for (var column = 0; column < Columns; column++)
            values[row, column] = centres[labels[row], column] + random.NextDouble() - 0.5;
    }

    stage.ReportOutput(Rows, Columns);
}

var weights = new double[Classes, Columns];
using (run.Stage("train", Rows, Columns))
{
    for (var number = 1; number <= Epochs; number++)
    {
        using var epoch = run.Epoch(number);
        var (loss, right) = (0.0, 0);
        for (var row = 0; row < Rows; row++)
        {
            var scores = Score(row);
            loss -= Math.Log(scores[labels[row]]);
            right += Array.IndexOf(scores, scores.Max()) == labels[row] ? 1 : 0;
            for (var of = 0; of < Classes; of++)
            {
                var step = Rate * (scores[of] - (of == labels[row] ? 1 : 0));
                for (var column = 0; column < Columns; column++)
                    weights[of, column] -= step * values[row, column];
            }
        }

        epoch.Report(loss: loss / Rows, accuracy: (double)right / Rows);
        Console.WriteLine($"epoch {number}  loss {loss / Rows:F4}  accuracy {(double)right / Rows:F4}");
    }
}

var result = await run.FinishAsync();
var (energy, emissions) = (result.Footprint.FacilityEnergy.Bounds, result.Footprint.Total.Bounds);
Console.WriteLine($"{energy.Best * 1e6:G3} mWh, {emissions.Best * 1e6:G3} mg CO2e ({emissions.Low * 1e6:G3} to {emissions.High * 1e6:G3}); more: tonne show {run.Id}");

double[] Score(int row)
{
    var scores = new double[Classes];
    for (var of = 0; of < Classes; of++)
    {
        for (var column = 0; column < Columns; column++)
            scores[of] += weights[of, column] * values[row, column];
    }

    var highest = scores.Max();
    for (var of = 0; of < Classes; of++)
        scores[of] = Math.Exp(scores[of] - highest);
    var sum = scores.Sum();
    for (var of = 0; of < Classes; of++)
        scores[of] /= sum;
    return scores;
}
