"""What stands in every dossier as README.txt, in both languages: what it is, how to check it, what is not claimed."""

GUIDE = """\
THE DOSSIER OF A CASE
(en français plus bas)

What it is
  leaves.jsonl     everything the audit log holds about the case, one leaf a line: the leaf as it stands in the log, the hashes that
                   lead from it to the log's root, and what it is bound to (the fact, the decision, the reading). A content that is
                   withheld is `null`; its leaf stays, and is counted.
  checkpoint.txt   the log's root and size, signed with the log's key; key.txt is the public key.
  earlier.txt      an earlier checkpoint, and consistency.json the proof that the log went on from it (if they were asked for).
  letters/  policies/  history/    papers a content speaks of by SHA-256: the terms every decision names, histories as they were kept.
  dossier.en.pdf, dossier.fr.pdf    the same for reading, sealed as a rule; where they and leaves.jsonl differ, leaves.jsonl counts.
  manifest.json    every part by SHA-256; seal.txt is the log's signature on it.
  verify.py        the checks, in one file you can read in twenty minutes.

How to check it (Python 3.11 or newer, no network, nothing to install)
  Take verify.py from somewhere you trust more than this file, or read it first. Then:

    python verify.py FILE --checkpoint KEPT.txt --key PUBLIC

  KEPT.txt is a checkpoint you, or somebody you trust, received earlier. PUBLIC is the log's public key as it was published. With
  --log and an export of the whole log, it is also shown that nothing about the case was left out. --proofs FOLDER writes a
  .tlog-proof of every leaf. The exit code tells which claim failed; `python verify.py --help` has the table.

What is not claimed
  - Without a checkpoint of yours, the log could have been written anew as a whole by whoever holds its key.
  - What was changed after the last checkpoint that left the house cannot be seen.
  - Without --log, that there is no fact after the last one shown is the maker's word.
  - The log shows what was recorded and when it stood there, not that it was true, nor that what was never recorded did not happen.
  - Times are those of the recording machine. The only order claimed is the order of the leaves.
  - seal.txt shows who put this dossier together. Who has the log's key can seal another; the leaves they cannot change.


LE DOSSIER D'UN CAS

Ce qu'il est
  leaves.jsonl     tout ce que le journal d'audit contient sur le cas, une feuille par ligne : la feuille telle qu'elle se trouve dans
                   le journal, les empreintes qui mènent d'elle à la racine, et ce à quoi elle est liée (le fait, la décision, la
                   consultation). Un contenu retenu vaut `null` ; sa feuille reste, et elle est comptée.
  checkpoint.txt   la racine et la taille du journal, signées avec la clé du journal ; key.txt est la clé publique.
  earlier.txt      un point de contrôle antérieur, et consistency.json la preuve que le journal en est la suite (sur demande).
  letters/  policies/  history/    les pièces dont un contenu donne l'empreinte SHA-256 : les règles que chaque décision nomme, les
                   historiques tels qu'ils ont été conservés.
  dossier.en.pdf, dossier.fr.pdf    la même chose à lire, en règle générale scellée ; en cas de différence, c'est leaves.jsonl qui compte.
  manifest.json    l'empreinte SHA-256 de chaque pièce ; seal.txt en est la signature par le journal.
  verify.py        les contrôles, en un seul fichier qui se lit en vingt minutes.

Comment le vérifier (Python 3.11 ou plus récent, sans réseau, rien à installer)
  Prenez verify.py à une source plus sûre que ce fichier, ou lisez-le d'abord. Puis :

    python verify.py FICHIER --checkpoint CONSERVE.txt --key CLE

  CONSERVE.txt est un point de contrôle que vous, ou quelqu'un de confiance, avez reçu plus tôt. CLE est la clé publique telle
  qu'elle a été publiée. Avec --log et un export du journal entier, il est aussi montré que rien sur le cas n'a été omis.
  --proofs RÉPERTOIRE écrit une .tlog-proof pour chaque feuille. Le code de sortie dit quelle affirmation ne tient pas ;
  `python verify.py --help` en donne la table.

Ce qui n'est pas affirmé
  - Sans point de contrôle à vous, le journal entier a pu être réécrit par qui en détient la clé.
  - Ce qui a été changé après le dernier point de contrôle sorti de la maison ne se voit pas.
  - Sans --log, qu'il n'y ait pas de fait après le dernier montré repose sur la parole de l'auteur.
  - Le journal montre ce qui a été consigné et quand, non que c'était vrai, ni que ce qui n'a pas été consigné n'a pas eu lieu.
  - Les heures sont celles de la machine qui consigne. Le seul ordre affirmé est celui des feuilles.
  - seal.txt montre qui a composé ce dossier. Qui détient la clé du journal peut en sceller un autre, sans pouvoir changer les feuilles.
"""
