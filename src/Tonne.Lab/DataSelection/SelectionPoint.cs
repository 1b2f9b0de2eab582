using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.DataSelection;

/// <summary>Accuracy and cost of training on a part of the rows.</summary>
/// <param name="Strategy">The strategy that chose them.</param>
/// <param name="Share">Requested share of the rows.</param>
/// <param name="Rows">Number of training rows.</param>
/// <param name="Score">Score on the test rows.</param>
/// <param name="SelectionTime">CPU time of choosing; it is needed once for all shares.</param>
/// <param name="TrainingTime">CPU time of training, with validation if early stopping was on.</param>
/// <param name="Imbalance">
/// Largest difference of a class's share among the chosen rows from its share among all; 0 is none, 0.01 is a point.
/// </param>
/// <param name="Epochs">Epochs trained.</param>
/// <param name="Stopped">Whether training could end before its plan did (<see cref="EarlyStopping"/>).</param>
public sealed record SelectionPoint(SelectionStrategy Strategy, double Share, int Rows, Score Score, TimeSpan SelectionTime, TimeSpan TrainingTime, double Imbalance, int Epochs, bool Stopped = false)
{
    /// <summary>CPU time of both.</summary>
    public TimeSpan TotalTime => SelectionTime + TrainingTime;

    /// <summary>Accuracy of the class with the lowest; classes without rows are ignored.</summary>
    public double WorstClassAccuracy => Score.AccuracyOfClass.Where(accuracy => !double.IsNaN(accuracy)).DefaultIfEmpty(double.NaN).Min();
}
