namespace Tonne.Accounting;

/// <summary>The purpose of a life-cycle phase. Serving users is deployment; every other kind is development of the model.</summary>
public enum PhaseKind
{
    /// <summary>Anything else that makes the model.</summary>
    Other,

    /// <summary>Collecting, cleaning, generating data.</summary>
    Data,

    /// <summary>Experiments: searches, ablations, smaller models.</summary>
    Experiments,

    /// <summary>Runs that were thrown away.</summary>
    FailedRuns,

    /// <summary>The training of the model that is kept.</summary>
    Training,

    /// <summary>Training it further for a task.</summary>
    FineTuning,

    /// <summary>Testing and validating it.</summary>
    Evaluation,

    /// <summary>Serving it.</summary>
    Deployment,
}
